package dev.ashlar.autodiff;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Slopes of a weighted sum of a function's results, from its values alone.
 *
 * @param weights of the results' shapes
 * @param step the distance of neighbouring evaluations, relative to inputs of size 1 or more
 */
record FiniteDifferences<T>(
    T inputs, Function<T, List<Tensor>> function, List<Tensor> weights, double step) {

  /** A slope, and how far rounding alone may have moved it. */
  record Slope(double value, double noise) {}

  /** A weighted sum, and the sum of its terms' sizes. */
  private record Sum(double value, double size) {}

  /**
   * Returns the slope along a direction in one tensor, by the central difference over four points,
   * exact to h⁴.
   */
  Slope along(int leaf, double[] direction) {
    double[] centre = TensorTree.leaves(inputs).get(leaf).toDoubles();
    double h = step * reach(centre, direction);
    Sum[] at = new Sum[4];
    int[] steps = {-2, -1, 1, 2};
    for (int i = 0; i < 4; i++) at[i] = valueAt(leaf, centre, direction, steps[i] * h);
    double near = at[2].value() - at[1].value();
    double far = at[3].value() - at[0].value();
    double size = Math.max(at[0].size(), at[3].size());
    double ulp = inputDigits(leaf);
    return new Slope((8 * near - far) / (12 * h), 32 * ulp * size / h);
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
      List<Tensor> results = function.apply(TensorTree.withLeaves(inputs, leaves));
      return weighted(results);
    }
  }

  private Sum weighted(List<Tensor> results) {
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
    return new Sum(value, size);
  }
}
