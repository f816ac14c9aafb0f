package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class TensorBytesTest {
  private static final TensorSpec THREE = new TensorSpec(DType.F32, Shape.of(3));

  @Test
  void wrapsMemoryAndReleasesItOnce() {
    var released = new AtomicInteger();
    var hold = new Hold();
    try (var arena = Arena.ofShared()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3);
      try (var _ = TensorScope.open()) {
        Tensor tensor = TensorBytes.wrap(THREE, bytes, released::incrementAndGet);
        bytes.setAtIndex(ValueLayout.JAVA_FLOAT, 1, 7);
        assertThat(tensor.toFloats()).containsExactly(1, 7, 3);
        hold.add(tensor);
      }
      assertThat(released).hasValue(0);
      hold.close();
      assertThat(released).hasValue(1);
    }
  }

  @Test
  void copiesMemoryAtAnyAddress() {
    try (var arena = Arena.ofConfined()) {
      MemorySegment odd = arena.allocate(13, 8).asSlice(1);
      odd.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4, 5);
      Tensor tensor = TensorBytes.copyOf(THREE, odd);
      odd.fill((byte) 1);
      assertThat(tensor.toFloats()).containsExactly(0, 5, 0);
    }
  }

  @Test
  void refusesMemoryThatKernelsCannotRead() {
    try (var shared = Arena.ofShared();
        var confined = Arena.ofConfined()) {
      assertRefused(shared.allocate(16, 8), "takes 12 bytes, got 16");
      assertRefused(shared.allocate(16, 8).asSlice(2, 12), "multiple of 4 bytes");
      assertRefused(confined.allocate(12, 8), "belongs to one thread");
      assertRefused(MemorySegment.ofArray(new byte[12]), "multiple of 4 bytes");
    }
  }

  private static void assertRefused(MemorySegment bytes, String problem) {
    assertThatThrownBy(() -> TensorBytes.wrap(THREE, bytes, () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem);
  }
}
