package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class ContentsTest {
  /** Fills two numbers when they are wanted, and counts. */
  private static final class Filler implements Runnable {
    final AtomicInteger runs = new AtomicInteger();
    final Contents contents;
    final MemorySegment memory;

    Filler(Tensor tensor) {
      this.memory = TensorAccess.operand(tensor).elements();
      this.contents = TensorAccess.contents(tensor);
      contents.fillLater(this);
    }

    @Override
    public void run() {
      runs.incrementAndGet();
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 3);
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, 1, 4);
      contents.filled(this);
    }
  }

  @Test
  void numbersComeWhenTheyAreFirstRead() {
    Tensor tensor = Tensor.of(1f, 2f);
    Filler filler = new Filler(tensor);
    Tensor view = tensor.reshape(2, 1);
    assertThat(filler.runs).hasValue(0);
    assertThat(view.plus(1).toFloats()).containsExactly(4, 5);
    assertThat(tensor.toFloats()).containsExactly(3, 4);
    assertThat(filler.runs).hasValue(1);
  }

  @Test
  void whatIsFreedUnreadNeverComes() {
    Filler filler;
    try (var _ = TensorScope.open()) {
      filler = new Filler(Tensor.of(1f, 2f));
    }
    assertThat(filler.runs).hasValue(0);
    assertThat(filler.contents.tryHold()).isFalse();
  }

  @Test
  void contentsAreKnownAgainUntilTheMemoryIsWrittenAnew() {
    Tensor tensor = Tensor.of(1f, 2f);
    Contents contents = TensorAccess.contents(tensor);
    assertThat(contents.isOf(tensor)).isTrue();
    assertThat(contents.isOf(tensor.reshape(2, 1))).isFalse();
    assertThat(contents.isOf(Tensor.of(1f, 2f))).isFalse();
    assertThat(contents.isOf(TensorAccess.donated(new Op.Copy(), tensor))).isFalse();
  }
}
