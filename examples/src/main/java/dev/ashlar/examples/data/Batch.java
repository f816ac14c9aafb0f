package dev.ashlar.examples.data;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.Tensor;

/**
 * Windows of text, packed one after another.
 *
 * @param inputs bytes as I32 [B·T]
 * @param targets the byte that follows each, as I32 [B·T]
 * @param count the number of windows B
 * @param length the bytes of each T
 */
public record Batch(Tensor inputs, Tensor targets, int count, int length) {
  /** Returns where the windows lie. */
  public Packing packing() {
    return Packing.equal(count, length);
  }

  /** Returns the number of bytes to predict. */
  public int tokens() {
    return count * length;
  }
}
