package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.DType;
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

  /** Returns [..., D] -> [..., D]. */
  public Tensor forward(Tensor x) {
    Tensor centred = x.minus(x.meanKeep(-1));
    Tensor scale = centred.square().meanKeep(-1).plus(epsilon).rsqrt();
    Tensor scaled = centred.times(scale).times(weight);
    return bias == null ? scaled : scaled.plus(bias);
  }
}
