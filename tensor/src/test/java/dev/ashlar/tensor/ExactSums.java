package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Operand;

/**
 * Operations on F64 whose sums are made in twice the precision and rounded once, so that the error
 * of a kernel in F64 can be told, whatever the order that it adds in: Sum2 of Ogita, Rump and
 * Oishi, "Accurate sum and dot product" (2005).
 */
final class ExactSums {
  private ExactSums() {}

  /** Returns the sums of x over axes, in a shape. */
  static Tensor sum(Op.Sum op, Tensor x, Shape shape) {
    if (x.size() == 0) return SampleData.fill(DType.F64, _ -> 0, shape.dims());
    Layout folded = x.layout();
    Layout kept = x.layout();
    for (int axis = 0; axis < x.rank(); axis++) {
      if (op.axes().contains(axis)) kept = kept.slice(axis, 0, 1, 1);
      else folded = folded.slice(axis, 0, 1, 1);
    }
    double[] values = new double[(int) folded.shape().size()];
    Operand operand = x.operand();
    Layout inner = folded;
    Layout outer = kept;
    return SampleData.fill(
        DType.F64,
        i -> {
          long shift = SampleData.position(outer, i) - x.layout().offsetElements();
          for (int k = 0; k < values.length; k++) {
            values[k] = operand.getDouble(shift + SampleData.position(inner, k));
          }
          return sum(values);
        },
        shape.dims());
  }

  /** Returns the softmax of x along an axis, or its logarithm. */
  static Tensor softmax(Tensor x, int axis, boolean logarithm) {
    int size = x.dim(axis);
    Layout first = x.size() == 0 ? x.layout() : x.layout().slice(axis, 0, 1, 1);
    long step = x.layout().strideElements(axis);
    long inner = x.shape().slice(axis + 1, x.rank()).size();
    Operand operand = x.operand();
    double[] powers = new double[size];
    return SampleData.fill(
        DType.F64,
        i -> {
          long line = SampleData.position(first, i / (size * inner) * inner + i % inner);
          double max = Double.NEGATIVE_INFINITY;
          for (int k = 0; k < size; k++) max = Math.max(max, operand.getDouble(line + k * step));
          for (int k = 0; k < size; k++) {
            powers[k] = StrictMath.exp(operand.getDouble(line + k * step) - max);
          }
          int at = (int) (i / inner % size);
          if (!logarithm) return powers[at] / sum(powers);
          return operand.getDouble(line + at * step) - max - StrictMath.log(sum(powers));
        },
        x.shape().dims());
  }

  private static double sum(double[] values) {
    double sum = 0;
    double lost = 0;
    for (double value : values) {
      double next = sum + value;
      double added = next - sum;
      lost += (sum - (next - added)) + (value - added);
      sum = next;
    }
    return Double.isFinite(lost) ? sum + lost : sum;
  }
}
