package dev.ashlar.moba.model;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;

/**
 * Sequences to learn from, packed one behind the other.
 *
 * @param inputs token ids, I32 [T]
 * @param targets the token that follows each, I32 [T]
 * @param packing where the sequences lie
 */
public record TokenBatch(Tensor inputs, Tensor targets, Packing packing) {
  /** Checks the shapes; throws {@link ShapeException} if they do not fit together. */
  public TokenBatch {
    if (inputs.rank() != 1 || !inputs.shape().equals(targets.shape())) {
      throw new ShapeException(
          "batch: inputs and targets must both be [T], got %s and %s",
          inputs.shape(), targets.shape());
    }
    packing.fits("batch", "inputs", inputs.shape());
  }
}
