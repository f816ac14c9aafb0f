package dev.ashlar.tensor;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The named functions that are compositions of operations. */
final class TensorMath {
  private TensorMath() {}

  static Tensor pow(Tensor x, double exponent) {
    boolean real = x.dtype().isFloating();
    if (real && exponent == 2) return x.square();
    if (real && exponent == 3) return Interpreter.call(new Op.Cube(), x);
    return x.pow(Scalars.beside("pow", x.spec(), exponent));
  }

  /**
   * Counts from {@code first} in the lower half and back from {@code last} in the upper one, so
   * that both are there to the bit.
   */
  static Tensor linspace(DType dtype, double first, double last, int count) {
    if (dtype == DType.BOOL) {
      throw new ShapeException(
          "linspace: BOOL holds no numbers between two; make it of F32 and compare it");
    }
    if (!Double.isFinite(first) || !Double.isFinite(last)) {
      throw new IllegalArgumentException(
          "linspace: first and last must be finite, got %s and %s".formatted(first, last));
    }
    if (dtype.isInteger()) return wholeLinspace(dtype, first, last, count);
    // The distance of the two may be no double, but its half is.
    double scale = Double.isInfinite(last - first) ? 0.5 : 1;
    double step = count > 1 ? (last * scale - first * scale) / (count - 1) : 0;
    Tensor number = Tensor.arange(DType.F64, count);
    Tensor up = number.times(step).div(scale).plus(first);
    Tensor fromLast = number.minus(count - 1).times(step).div(scale).plus(last);
    return number.less(count / 2.0).where(up, fromLast).toType(dtype);
  }

  private static Tensor wholeLinspace(DType dtype, double first, double last, int count) {
    var spec = new TensorSpec(dtype, Shape.of(count));
    for (double end : new double[] {first, last}) {
      if (!ShapeRules.holds(dtype, end)) throw ShapeException.notHeld("linspace", spec, end);
    }
    BigInteger distance =
        BigInteger.valueOf((long) last).subtract(BigInteger.valueOf((long) first));
    int steps = Math.max(count - 1, 1);
    BigInteger[] step = distance.divideAndRemainder(BigInteger.valueOf(steps));
    if (step[1].signum() != 0) {
      throw new ShapeException(
          "linspace: %d equal steps from %d to %d are no whole numbers, which %s needs; make it of"
              + " F64 and round() it",
          steps, (long) first, (long) last, spec);
    }
    // A step that no long holds wraps around, and its multiples with it.
    return Tensor.arange(DType.I64, count)
        .times(Long.valueOf(step[0].longValue()))
        .plus(Long.valueOf((long) first))
        .toType(dtype);
  }

  static Tensor dropoutMask(KeyTensor key, double keep, int[] dims) {
    if (!(keep >= 0 && keep <= 1)) {
      throw new IllegalArgumentException("dropoutMask: keep must lie in 0 .. 1, got " + keep);
    }
    return Tensor.uniform(key, DType.F32, dims).less(keep);
  }

  /** Returns the mean; that of integers would be cut towards 0, which nobody wants silently. */
  static Tensor mean(Tensor x, List<Integer> axes, boolean keepAxes) {
    if (!x.dtype().isFloating()) throw ShapeException.dtype("mean", x.spec(), "F32 or F64");
    long count = 1;
    for (int axis : axes) count *= x.dim(axis);
    return Interpreter.call(new Op.Sum(axes, keepAxes), x).div(count);
  }

  static Tensor variance(Tensor x, List<Integer> axes) {
    if (!x.dtype().isFloating()) throw ShapeException.dtype("variance", x.spec(), "F32 or F64");
    return mean(x.minus(mean(x, axes, true)).square(), axes, false);
  }

  static Tensor any(Tensor x, List<Integer> axes) {
    if (x.dtype() != DType.BOOL) throw ShapeException.dtype("any", x.spec(), "BOOL");
    return Interpreter.call(new Op.Sum(axes, false), x.toType(DType.I32)).greater(0);
  }

  static Tensor all(Tensor x, List<Integer> axes) {
    if (x.dtype() != DType.BOOL) throw ShapeException.dtype("all", x.spec(), "BOOL");
    return any(x.not(), axes).not();
  }

  static Op.Pad pad(Shape shape, int axis, int before, int after) {
    long size = (long) before + after + shape.dim(axis);
    if (before < 0 || after < 0 || size > Integer.MAX_VALUE) {
      throw new ShapeException(
          "pad: axis %d of %s cannot grow by %d before and %d after", axis, shape, before, after);
    }
    return new Op.Pad(axis, before, 1, (int) size);
  }

  /**
   * Multiplies the two halves of an axis until one element is left: its gradient is right where
   * factors are 0.
   */
  static Tensor prod(Tensor x, List<Integer> axes) {
    boolean number = x.dtype().isFloating() || x.dtype().isInteger();
    if (!number) throw ShapeException.dtype("prod", x.spec(), "F32, F64, I32 or I64");
    Tensor out = x;
    for (int axis : axes.reversed()) out = prod(out, axis);
    return out;
  }

  private static Tensor prod(Tensor x, int axis) {
    Tensor out = x;
    // The sum of nothing is 0, and has a gradient: as empty as x.
    if (out.dim(axis) == 0) return x.sum(axis).plus(1);
    while (out.dim(axis) > 1) {
      int size = out.dim(axis);
      int half = size / 2;
      Tensor product = out.slice(axis, 0, half).times(out.slice(axis, half, 2 * half));
      out = size % 2 == 0 ? product : Tensor.concat(axis, product, out.slice(axis, size - 1, size));
    }
    return out.squeeze(axis);
  }

  static Tensor logSumExp(Tensor x, int axis) {
    if (!x.dtype().isFloating()) throw ShapeException.dtype("logSumExp", x.spec(), "F32 or F64");
    if (x.dim(axis) == 0) throw ShapeException.emptyReduction("logSumExp", x.shape(), axis);
    // A row of -inf alone keeps its maximum out of the subtraction: -inf - -inf is NaN.
    Tensor max = x.stopGradient().maxKeep(axis);
    Tensor shift = max.maskedFill(max.abs().equalTo(Double.POSITIVE_INFINITY), 0);
    return x.minus(shift).exp().sumKeep(axis).log().plus(shift).squeeze(axis);
  }

  /** Returns {@code dims} with a size of -1, if there is one, replaced by what is left for it. */
  static Shape inferSize(Shape from, int[] dims) {
    int unknown = -1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] != -1) continue;
      if (unknown >= 0) throw new ShapeException("reshape: %s: only one size may be -1", from);
      unknown = i;
    }
    if (unknown < 0) return Shape.of(dims);
    int[] out = dims.clone();
    out[unknown] = 1;
    long known = Shape.of(out).size();
    if (known == 0 || from.size() % known != 0 || from.size() / known > Integer.MAX_VALUE) {
      throw new ShapeException(
          "reshape: %d elements of %s do not divide among the other sizes of %s",
          from.size(), from, Arrays.toString(dims));
    }
    out[unknown] = (int) (from.size() / known);
    return Shape.of(out);
  }

  static List<Tensor> split(Tensor x, int axis, int[] sizes) {
    long total = 0;
    for (int size : sizes) {
      if (size < 0) throw new ShapeException("split: sizes must not be negative, got %d", size);
      total += size;
    }
    if (total != x.dim(axis)) {
      throw new ShapeException(
          "split: sizes add up to %d, axis %d of %s has %d", total, axis, x.shape(), x.dim(axis));
    }
    List<Tensor> parts = new ArrayList<>(sizes.length);
    int from = 0;
    for (int size : sizes) {
      parts.add(x.slice(axis, from, from + size));
      from += size;
    }
    return parts;
  }
}
