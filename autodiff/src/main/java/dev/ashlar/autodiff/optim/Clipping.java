package dev.ashlar.autodiff.optim;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;

/** Limits the length of gradients. */
public final class Clipping {
  private Clipping() {}

  /**
   * Gradients no longer than asked.
   *
   * @param norm the length before clipping
   */
  public record Clipped<M>(M gradients, double norm) {
    /**
     * Returns whether no gradient was NaN or infinite (nor so large that the sum of squares was).
     */
    public boolean isFinite() {
      return Double.isFinite(norm);
    }
  }

  /**
   * Returns gradients scaled by limit / norm if their norm, over all tensors together, exceeds
   * {@code limit} (Pascanu et al., arXiv 1211.5063, algorithm 1). A norm that is not finite cannot
   * be clipped: the gradients come back as they are, {@link Clipped#isFinite} says so, and a
   * training loop should leave out this update.
   *
   * @throws IllegalArgumentException if the limit is not positive
   */
  public static <M> Clipped<M> byGlobalNorm(M gradients, double limit) {
    requirePositive(limit);
    double norm = globalNorm(gradients);
    if (!(norm > limit) || Double.isInfinite(norm)) return new Clipped<>(gradients, norm);
    Tensor scale = Tensor.scalar(DType.F64, limit / norm);
    M scaled =
        TensorTree.map(gradients, g -> Updates.isParameter(g.dtype()) ? scaled(g, scale) : g);
    return new Clipped<>(scaled, norm);
  }

  /**
   * Gradients no longer than asked.
   *
   * @param norm the length before clipping, F64 []
   */
  public record Bounded<M>(M gradients, Tensor norm) {}

  /**
   * Does what {@link #byGlobalNorm} does without reading the norm, so that it can be part of a
   * {@link dev.ashlar.tensor.program.Program}: every gradient is multiplied, by 1 where nothing is
   * to be clipped, unless the limit is infinite.
   *
   * @throws IllegalArgumentException if the limit is not positive
   */
  public static <M> Bounded<M> boundGlobalNorm(M gradients, double limit) {
    requirePositive(limit);
    Tensor norm = norm(gradients);
    if (Double.isInfinite(limit)) return new Bounded<>(gradients, norm);
    Tensor one = Tensor.ones(DType.F64);
    Tensor clipped = norm.greater(limit).and(norm.less(Double.POSITIVE_INFINITY));
    Tensor scale = clipped.where(one.times(limit).div(norm), one);
    M bounded =
        TensorTree.map(gradients, g -> Updates.isParameter(g.dtype()) ? scaled(g, scale) : g);
    return new Bounded<>(bounded, norm);
  }

  private static Tensor scaled(Tensor gradient, Tensor scale) {
    if (gradient.dtype().isFloating()) return gradient.times(scale.toType(gradient.dtype()));
    return gradient.toType(DType.F32).times(scale.toType(DType.F32)).toType(gradient.dtype());
  }

  static void requirePositive(double limit) {
    if (!(limit > 0)) {
      throw new IllegalArgumentException("clipping: limit must be positive, got " + limit);
    }
  }

  /** Returns the root of the sum of squares of all floating-point elements, in double precision. */
  public static double globalNorm(Object gradients) {
    try (var _ = TensorScope.open()) {
      return norm(gradients).item();
    }
  }

  private static Tensor norm(Object gradients) {
    Tensor squares = Tensor.zeros(DType.F64);
    for (Tensor gradient : TensorTree.leaves(gradients)) {
      if (Updates.isParameter(gradient.dtype())) {
        squares = squares.plus(Interpreter.call(new SumOfSquares(), gradient));
      }
    }
    return squares.sqrt();
  }
}
