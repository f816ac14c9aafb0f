package dev.ashlar.autodiff;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Slopes of a weighted sum of a function's results, from its values alone.
 *
 * @param weights of the results' shapes
 * @param step the distance of neighbouring evaluations, relative to inputs of size 1 or more
 * @param choices what the function chooses at the inputs
 * @param frozen whether it is to choose the same everywhere
 */
record FiniteDifferences<T>(
    T inputs,
    Function<T, List<Tensor>> function,
    List<Tensor> weights,
    double step,
    Choices choices,
    boolean frozen) {
  // Steps that are tried where the function has a kink or jump within the first, or bends much.
  private static final double[] SHORTER = {1, 0.125, 1.0 / 64};

  static <T> FiniteDifferences<T> of(
      T inputs,
      Function<T, List<Tensor>> function,
      List<Tensor> weights,
      double step,
      boolean frozen) {
    Choices choices = frozen ? Choices.keeping() : Choices.noting();
    choices.during(() -> function.apply(inputs));
    return new FiniteDifferences<>(inputs, function, weights, step, choices, frozen);
  }

  /**
   * A slope, how far rounding alone may have moved it, and what makes it meaningless, if anything.
   */
  record Slope(double value, double noise, @Nullable String kink) {}

  /** A weighted sum, and the sum of its terms' sizes. */
  private record Sum(double value, double size, @Nullable String kink) {}

  /**
   * Returns the slope along a direction (F64) in one tensor, by the central difference over four
   * points, exact to h⁴. With a shorter step where the function chooses otherwise at one of them,
   * or bends so much that the slope is not the expected one: a right gradient comes nearer then.
   */
  Slope along(int leaf, Tensor direction, Expected expected) {
    try (var _ = TensorScope.open()) {
      Tensor centre = TensorTree.leaves(inputs).get(leaf).toType(DType.F64);
      double reach = reach(centre, direction);
      Slope best = null;
      for (double shorter : SHORTER) {
        Slope slope = along(leaf, centre, direction, shorter * step * reach);
        best = best == null ? slope : better(best, slope, expected);
        if (best.kink() == null && expected.gap(best) <= expected.tolerance()) break;
      }
      return Objects.requireNonNull(best);
    }
  }

  /** Returns the slope of the longer step unless that of the shorter one says more. */
  private static Slope better(Slope longer, Slope shorter, Expected expected) {
    if (longer.kink() != null) return shorter;
    if (shorter.kink() != null || expected.drowns(shorter)) return longer;
    return expected.gap(shorter) < expected.gap(longer) ? shorter : longer;
  }

  private Slope along(int leaf, Tensor centre, Tensor direction, double h) {
    Sum[] at = new Sum[4];
    int[] steps = {-2, -1, 1, 2};
    for (int i = 0; i < 4; i++) at[i] = valueAt(leaf, centre, direction, steps[i] * h);
    double near = at[2].value() - at[1].value();
    double far = at[3].value() - at[0].value();
    double size = Math.max(at[0].size(), at[3].size());
    double ulp = inputDigits(leaf);
    String kink =
        Arrays.stream(at).map(Sum::kink).filter(Objects::nonNull).findFirst().orElse(null);
    return new Slope((8 * near - far) / (12 * h), 32 * ulp * size / h, kink);
  }

  private double inputDigits(int leaf) {
    return TensorTree.leaves(inputs).get(leaf).dtype() == DType.F32 ? 0x1p-24 : 0x1p-53;
  }

  /** Returns how far a unit of the step goes: as far as what it moves is large, at least 1. */
  private static double reach(Tensor centre, Tensor direction) {
    Tensor moves = direction.abs();
    Tensor moving = moves.greater(0).where(centre.abs(), centre.zerosLike());
    double size = Math.max(1, moving.max().item());
    double moved = moves.max().item();
    return moved == 0 ? size : size / moved;
  }

  private Sum valueAt(int leaf, Tensor centre, Tensor direction, double distance) {
    try (var _ = TensorScope.open()) {
      List<Tensor> leaves = new ArrayList<>(TensorTree.leaves(inputs));
      Tensor moved = centre.plus(direction.times(distance));
      leaves.set(leaf, moved.toType(leaves.get(leaf).dtype()));
      Choices here = frozen ? Choices.repeating(choices) : Choices.noting();
      T there = TensorTree.withLeaves(inputs, leaves);
      List<Tensor> results = here.during(() -> function.apply(there));
      return weighted(results, choices.firstChange(here));
    }
  }

  private Sum weighted(List<Tensor> results, @Nullable String kink) {
    double value = 0;
    double size = 0;
    for (int r = 0; r < results.size(); r++) {
      Tensor terms = results.get(r).toType(DType.F64).times(weights.get(r).toType(DType.F64));
      value += terms.sum().item();
      size += terms.abs().sum().item();
    }
    return new Sum(value, size, kink);
  }
}
