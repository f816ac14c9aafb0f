package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import java.util.function.Supplier;

/** Operations on the lines along one axis: softmax and running sums. */
final class AlongAxis {
  private AlongAxis() {}

  /** Handles one line: x's begins at {@code from}, y's at {@code to}. */
  @FunctionalInterface
  interface Line {
    void visit(long from, long to);
  }

  /**
   * Visits every pair of lines of x and y along an axis; x and y may differ in its size, but not in
   * other axes.
   */
  static void lines(Operand x, Operand y, int axis, Supplier<Line> visitors) {
    int size = x.shape().dim(axis);
    if (x.size() == 0 || y.size() == 0) return;
    Layout from = x.layout().slice(axis, 0, 1, 1);
    Layout to = y.layout().slice(axis, 0, 1, 1);
    Walk walk = Walk.ofLines(size, from, to);
    walk.parallel(
        () -> {
          Line line = visitors.get();
          return (at, count) -> {
            for (int i = 0; i < count; i++)
              line.visit(at[0] + i * walk.step(0), at[1] + i * walk.step(1));
          };
        });
  }

  static void softmax(Op.Softmax op, List<Operand> in, List<Operand> out) {
    overDoubles(op.axis(), in.get(0), out.get(0), AlongAxis::softmax);
  }

  static void logSoftmax(Op.LogSoftmax op, List<Operand> in, List<Operand> out) {
    overDoubles(op.axis(), in.get(0), out.get(0), AlongAxis::logSoftmax);
  }

  static void cumSum(Op.CumSum op, List<Operand> in, List<Operand> out) {
    if (!in.get(0).dtype().isInteger()) {
      overDoubles(op.axis(), in.get(0), out.get(0), values -> cumSum(values, op.reverse()));
      return;
    }
    Operand x = in.get(0);
    Operand y = out.get(0);
    long[] steps = steps(op.axis(), x, y);
    lines(
        x,
        y,
        op.axis(),
        () -> {
          long[] values = new long[x.shape().dim(op.axis())];
          return (from, to) -> {
            Elements.read(x, from, steps[0], values, values.length);
            cumSum(values, op.reverse());
            Elements.write(y, to, steps[1], values, values.length);
          };
        });
  }

  /** Rewrites the values of a line. */
  @FunctionalInterface
  private interface Rewrite {
    void apply(double[] values);
  }

  private static void overDoubles(int axis, Operand x, Operand y, Rewrite rewrite) {
    long[] steps = steps(axis, x, y);
    lines(
        x,
        y,
        axis,
        () -> {
          double[] values = new double[x.shape().dim(axis)];
          return (from, to) -> {
            Elements.read(x, from, steps[0], values, values.length);
            rewrite.apply(values);
            Elements.write(y, to, steps[1], values, values.length);
          };
        });
  }

  private static long[] steps(int axis, Operand x, Operand y) {
    return new long[] {x.layout().strideElements(axis), y.layout().strideElements(axis)};
  }

  private static double max(double[] values) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : values) max = Math.max(max, value);
    return max;
  }

  private static void softmax(double[] values) {
    double max = max(values);
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = StrictMath.exp(values[i] - max);
      sum += values[i];
    }
    for (int i = 0; i < values.length; i++) values[i] /= sum;
  }

  private static void logSoftmax(double[] values) {
    double max = max(values);
    double sum = 0;
    for (double value : values) sum += StrictMath.exp(value - max);
    double log = StrictMath.log(sum);
    for (int i = 0; i < values.length; i++) values[i] = values[i] - max - log;
  }

  private static void cumSum(double[] values, boolean reverse) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      int at = reverse ? values.length - 1 - i : i;
      sum += values[at];
      values[at] = sum;
    }
  }

  private static void cumSum(long[] values, boolean reverse) {
    long sum = 0;
    for (int i = 0; i < values.length; i++) {
      int at = reverse ? values.length - 1 - i : i;
      sum += values[at];
      values[at] = sum;
    }
  }
}
