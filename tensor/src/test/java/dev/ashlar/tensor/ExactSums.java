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
    if (x.size() == 0) return x;
    int size = x.dim(axis);
    int inner = (int) x.shape().slice(axis + 1, x.rank()).size();
    Layout first = x.layout().slice(axis, 0, 1, 1);
    long step = x.layout().strideElements(axis);
    Operand operand = x.operand();
    double[] results = new double[(int) x.size()];
    double[] line = new double[size];
    for (int column = 0; column < results.length / size; column++) {
      long from = SampleData.position(first, column);
      for (int k = 0; k < size; k++) line[k] = operand.getDouble(from + k * step);
      softmax(line, logarithm);
      int to = column / inner * size * inner + column % inner;
      for (int k = 0; k < size; k++) results[to + k * inner] = line[k];
    }
    return SampleData.fill(DType.F64, i -> results[(int) i], x.shape().dims());
  }

  private static void softmax(double[] line, boolean logarithm) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : line) max = Math.max(max, value);
    double[] powers = new double[line.length];
    for (int k = 0; k < line.length; k++) powers[k] = StrictMath.exp(line[k] - max);
    double sum = sum(powers);
    double log = StrictMath.log(sum);
    for (int k = 0; k < line.length; k++) {
      line[k] = logarithm ? line[k] - max - log : powers[k] / sum;
    }
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
