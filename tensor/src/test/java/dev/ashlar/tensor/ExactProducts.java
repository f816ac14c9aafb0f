package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Operand;

/**
 * Products of F64 matrices whose sums are made in twice the precision and rounded once, so that the
 * error of a kernel in F64 can be told: Dot2 of Ogita, Rump and Oishi, "Accurate sum and dot
 * product" (2005).
 */
final class ExactProducts {
  private ExactProducts() {}

  /** Returns [..., M, K] @ [..., K, N] as {@code shape} [..., M, N]. */
  static Tensor of(Tensor left, Tensor right, Shape shape) {
    int depth = left.dim(-1);
    double[] a = numbers(left, shape.with(-1, depth));
    double[] b = numbers(right, shape.with(-2, depth));
    int rows = shape.dim(-2);
    int columns = shape.dim(-1);
    return SampleData.fill(
        DType.F64,
        i -> {
          int row = (int) (i / columns);
          int matrix = row / rows;
          return dot(
              a, row * depth, b, matrix * depth * columns + (int) (i % columns), columns, depth);
        },
        shape.dims());
  }

  private static double dot(double[] a, int at, double[] b, int bt, int step, int count) {
    double sum = 0;
    double lost = 0;
    for (int k = 0; k < count; k++) {
      double x = a[at + k];
      double y = b[bt + k * step];
      double product = x * y;
      double next = sum + product;
      double added = next - sum;
      lost += Math.fma(x, y, -product) + (sum - (next - added)) + (product - added);
      sum = next;
    }
    return Double.isFinite(lost) ? sum + lost : sum;
  }

  private static double[] numbers(Tensor x, Shape shape) {
    Operand operand = x.operand();
    Layout layout = x.layout().expand(shape);
    double[] numbers = new double[(int) shape.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = operand.getDouble(SampleData.position(layout, i));
    }
    return numbers;
  }
}
