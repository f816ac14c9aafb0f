package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;

/**
 * A learnt vector per id. A head tied to it is {@code new Linear(embedding.weight(), null)}.
 *
 * @param weight [V, D]
 */
public record Embedding(Tensor weight) {
  /**
   * Returns {@code count} vectors of size {@code dim}, normal with standard deviation 0.02, as
   * GPT-2 and Llama.
   */
  public static Embedding init(Key key, DType dtype, int count, int dim) {
    return new Embedding(Init.normal(key, dtype, 0.02, count, dim));
  }

  /** Returns the vectors of integer ids: [...] -> [..., D]. */
  public Tensor forward(Tensor ids) {
    return weight.embedding(ids);
  }
}
