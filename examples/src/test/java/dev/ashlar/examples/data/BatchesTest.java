package dev.ashlar.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class BatchesTest {
  private static final Key KEY = Key.of(7);

  @Test
  void targetsAreTheBytesThatFollow() {
    Batch batch = new Batches(counting(200), 3, 5).at(KEY, 0);
    int[] inputs = batch.inputs().toInts();
    int[] targets = batch.targets().toInts();
    assertThat(inputs).hasSize(15);
    for (int i = 0; i < inputs.length; i++) {
      assertThat(targets[i]).isEqualTo(inputs[i] + 1);
      if (i % 5 != 0) assertThat(inputs[i]).isEqualTo(inputs[i - 1] + 1);
    }
    assertThat(batch.packing()).isEqualTo(Packing.equal(3, 5));
    assertThat(batch.tokens()).isEqualTo(15);
  }

  @Test
  void bytesAreNeverNegative() {
    Batch batch = new Batches(counting(256), 1, 255).at(KEY, 0);
    assertThat(batch.targets().toInts()).startsWith(1).endsWith(255);
  }

  @Test
  void aStepIsAFunctionOfKeyAndNumber() {
    var batches = new Batches(counting(250), 4, 3);
    int[] third = batches.at(KEY, 3).inputs().toInts();
    batches.at(KEY, 4);
    assertThat(new Batches(counting(250), 4, 3).at(KEY, 3).inputs().toInts()).isEqualTo(third);
    assertThat(batches.at(KEY, 4).inputs().toInts()).isNotEqualTo(third);
    assertThat(batches.at(Key.of(8), 3).inputs().toInts()).isNotEqualTo(third);
  }

  @Test
  void everyWindowIsDrawn() {
    var batches = new Batches(counting(6), 1, 2);
    boolean[] seen = new boolean[4];
    for (int step = 0; step < 100; step++) seen[batches.at(KEY, step).inputs().toInts()[0]] = true;
    assertThat(seen).containsOnly(true);
  }

  @Test
  void fixedBatchesSpanTheText() {
    var batches = new Batches(counting(100), 2, 10);
    assertThat(batches.fixed(0, 3).inputs().toInts()).startsWith(0);
    assertThat(batches.fixed(2, 3).targets().toInts()).endsWith(99);
    assertThat(new Batches(counting(100), 1, 10).fixed(0, 1).inputs().toInts()).startsWith(0);
    assertThatThrownBy(() -> batches.fixed(3, 3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refusesATextShorterThanAWindow() {
    assertThat(new Batches(counting(11), 1, 10).at(KEY, 0).targets().toInts()).endsWith(10);
    assertThatThrownBy(() -> new Batches(counting(10), 1, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a context of 10 needs 11 bytes of text, got 10");
    assertThatThrownBy(() -> new Batches(counting(10), 0, 5)).hasMessageContaining("count");
    assertThatThrownBy(() -> new Batches(counting(10), 1, 0)).hasMessageContaining("context");
  }

  private static byte[] counting(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) bytes[i] = (byte) i;
    return bytes;
  }

  @Test
  void moreThanAnArrayHoldsIsRefused() {
    assertThatThrownBy(() -> new Batches(new byte[100], 1 << 30, 50))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1,073,741,824 windows of 50 bytes are more than 2^31 - 9 tokens");
  }
}
