package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;

/**
 * Scales each row to a root mean square of 1, then by a weight (Zhang and Sennrich, arXiv
 * 1910.07467).
 *
 * @param weight [D]
 * @param epsilon what is added to the mean of squares
 */
public record RmsNorm(Tensor weight, double epsilon) {
  /** Returns a norm with weights 1 and epsilon 1e-5. */
  public static RmsNorm init(DType dtype, int dim) {
    return new RmsNorm(Tensor.ones(dtype, dim), 1e-5);
  }

  /** Returns [..., D] -> [..., D]. */
  public Tensor forward(Tensor x) {
    return Interpreter.callAll(new RmsNormOp(epsilon), x, weight).getFirst();
  }
}
