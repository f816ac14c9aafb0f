package dev.ashlar.autodiff;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
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
  // Steps that are tried where the function has a kink or jump within the first.
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
   * Returns the slope along a direction in one tensor, by the central difference over four points,
   * exact to h⁴. Where the function chooses otherwise at one of them, with a shorter step.
   */
  Slope along(int leaf, double[] direction) {
    double[] centre = TensorTree.leaves(inputs).get(leaf).toDoubles();
    Slope slope = null;
    for (double shorter : SHORTER) {
      slope = along(leaf, centre, direction, shorter * step * reach(centre, direction));
      if (slope.kink() == null) break;
    }
    return Objects.requireNonNull(slope);
  }

  private Slope along(int leaf, double[] centre, double[] direction, double h) {
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
  private static double reach(double[] centre, double[] direction) {
    double size = 1;
    double moved = 0;
    for (int i = 0; i < centre.length; i++) {
      if (direction[i] != 0) size = Math.max(size, Math.abs(centre[i]));
      moved = Math.max(moved, Math.abs(direction[i]));
    }
    return moved == 0 ? size : size / moved;
  }

  private Sum valueAt(int leaf, double[] centre, double[] direction, double distance) {
    try (var _ = TensorScope.open()) {
      List<Tensor> leaves = new ArrayList<>(TensorTree.leaves(inputs));
      double[] moved = new double[centre.length];
      for (int i = 0; i < moved.length; i++) moved[i] = centre[i] + distance * direction[i];
      Tensor before = leaves.get(leaf);
      Shape shape = before.shape();
      leaves.set(leaf, Tensor.of(shape, moved).toType(before.dtype()));
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
      double[] result = results.get(r).toDoubles();
      double[] weight = weights.get(r).toDoubles();
      for (int i = 0; i < result.length; i++) {
        value += result[i] * weight[i];
        size += Math.abs(result[i] * weight[i]);
      }
    }
    return new Sum(value, size, kink);
  }
}
