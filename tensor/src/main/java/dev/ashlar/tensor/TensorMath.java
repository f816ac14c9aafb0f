package dev.ashlar.tensor;

import java.util.ArrayList;
import java.util.List;

/** The named functions that are compositions of operations. */
final class TensorMath {
  private TensorMath() {}

  static Tensor gelu(Tensor x) {
    Tensor inner = x.plus(x.square().times(x).times(0.044715)).times(Math.sqrt(2 / Math.PI));
    return x.times(0.5).times(inner.tanh().plus(1));
  }

  static Tensor mean(Tensor x, List<Integer> axes, boolean keepAxes) {
    long count = 1;
    for (int axis : axes) count *= x.dim(axis);
    return Interpreter.call(new Op.Sum(axes, keepAxes), x).div(count);
  }

  /**
   * Multiplies the two halves of an axis until one element is left: its gradient is right where
   * factors are 0.
   */
  static Tensor prod(Tensor x, List<Integer> axes) {
    Tensor out = x;
    for (int axis : axes.reversed()) out = prod(out, axis);
    return out;
  }

  private static Tensor prod(Tensor x, int axis) {
    Tensor out = x;
    if (out.dim(axis) == 0)
      return Interpreter.call(new Op.Fill(x.spec().with(x.shape().without(axis)), 1));
    while (out.dim(axis) > 1) {
      int size = out.dim(axis);
      int half = size / 2;
      Tensor product = out.slice(axis, 0, half).times(out.slice(axis, half, 2 * half));
      out = size % 2 == 0 ? product : Tensor.concat(axis, product, out.slice(axis, size - 1, size));
    }
    return out.squeeze(axis);
  }

  static Tensor logSumExp(Tensor x, int axis) {
    // A row of -inf alone keeps its maximum out of the subtraction: -inf - -inf is NaN.
    Tensor max = x.stopGradient().maxKeep(axis);
    Tensor shift = max.maskedFill(max.abs().equalTo(Double.POSITIVE_INFINITY), 0);
    return x.minus(shift).exp().sumKeep(axis).log().plus(shift).squeeze(axis);
  }

  static Shape inferSize(Shape from, int[] dims) {
    int[] out = dims.clone();
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < out.length; i++) {
      if (out[i] == -1 && unknown >= 0)
        throw new ShapeException("reshape: %s: only one size may be -1", from);
      if (out[i] == -1) unknown = i;
      else known *= out[i];
    }
    if (unknown < 0) return Shape.of(out);
    if (known <= 0 || from.size() % known != 0) {
      throw new ShapeException(
          "reshape: %d elements of %s do not divide among the other sizes of %s",
          from.size(), from, java.util.Arrays.toString(dims));
    }
    out[unknown] = Math.toIntExact(from.size() / known);
    return Shape.of(out);
  }

  static List<Tensor> split(Tensor x, int axis, int[] sizes) {
    List<Tensor> parts = new ArrayList<>(sizes.length);
    int from = 0;
    for (int size : sizes) {
      if (size < 0) throw new ShapeException("split: sizes must not be negative, got %d", size);
      parts.add(x.slice(axis, from, from + size));
      from += size;
    }
    if (from != x.dim(axis)) {
      throw new ShapeException(
          "split: sizes add up to %d, axis %d of %s has %d", from, axis, x.shape(), x.dim(axis));
    }
    return parts;
  }
}
