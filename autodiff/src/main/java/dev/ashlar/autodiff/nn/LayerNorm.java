package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Brings each row to mean 0 and variance 1, then scales and shifts it (Ba et al., arXiv
 * 1607.06450).
 *
 * @param weight [D]
 * @param bias [D], or null for none
 * @param epsilon what is added to the variance
 */
public record LayerNorm(Tensor weight, @Nullable Tensor bias, double epsilon) {
  /** Returns a norm with weights 1, biases 0 and epsilon 1e-5. */
  public static LayerNorm init(DType dtype, int dim) {
    return new LayerNorm(Tensor.ones(dtype, dim), Tensor.zeros(dtype, dim), 1e-5);
  }

  /**
   * Returns [..., D] -> [..., D].
   *
   * @throws dev.ashlar.tensor.ShapeException if the size or element type of weight or bias is not
   *     x's
   */
  public Tensor forward(Tensor x) {
    Tensor shift = bias == null ? weight.zerosLike() : bias;
    return Interpreter.callAll(new LayerNormOp(epsilon), x, weight, shift).getFirst();
  }
}
