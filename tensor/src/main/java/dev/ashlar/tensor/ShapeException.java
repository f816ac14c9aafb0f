package dev.ashlar.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * Shapes or element types that an operation cannot take; the message names the operation and the
 * remedy.
 */
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception with a formatted message that should name the operation, the shapes and the
   * remedy.
   */
  public ShapeException(String format, Object... values) {
    super(String.format(format, values));
  }

  static ShapeException negativeSize(int[] dims) {
    return new ShapeException("shape: sizes must not be negative, got %s", Arrays.toString(dims));
  }

  static ShapeException tooLarge(int[] dims) {
    return new ShapeException(
        "shape: %s has more than 2^63 - 1 elements or bytes", Arrays.toString(dims));
  }

  static ShapeException noSuchAxis(String op, Shape shape, int axis) {
    if (shape.rank() == 0) {
      return new ShapeException(
          "%s: axis %d does not exist in shape [], a single number; reshape it first", op, axis);
    }
    return new ShapeException(
        "%s: axis %d does not exist in shape %s of rank %d (axes go from %d to %d)",
        op, axis, shape, shape.rank(), -shape.rank(), shape.rank() - 1);
  }

  static ShapeException noPlace(String op, Shape shape, int axis) {
    return new ShapeException(
        "%s: a new axis of shape %s cannot stand at %d (places go from %d to %d)",
        op, shape, axis, -shape.rank() - 1, shape.rank());
  }

  static ShapeException repeatedAxis(String op, Shape shape, int axis, int[] axes) {
    return new ShapeException(
        "%s: axes %s name axis %d of shape %s twice; name it once",
        op, Arrays.toString(axes), axis, shape);
  }

  static ShapeException unordered(String op, List<Integer> axes) {
    return new ShapeException("%s: axes %s must ascend; sort them", op, axes);
  }

  static ShapeException notBroadcastable(String op, Shape left, Shape right, int axis) {
    return new ShapeException(
        "%s: left %s and right %s do not broadcast: axis %d has sizes %d and %d (equal sizes or 1"
            + " are needed)",
        op, left, right, axis, left.dim(axis), right.dim(axis));
  }

  static ShapeException notExpandable(Shape from, Shape to) {
    return new ShapeException(
        "expand: %s cannot be stretched to %s: axes align at the last, and only axes of size 1"
            + " stretch",
        from, to);
  }

  static ShapeException innerSizes(Shape left, Shape right) {
    return new ShapeException(
        "matmul: left %s @ right %s: inner sizes differ (left axis -1 is %d, right axis -2 is %d)",
        left, right, left.dim(-1), right.dim(-2));
  }

  static ShapeException rankAtLeast(String op, int needed, Shape shape) {
    return new ShapeException(
        "%s: needs at least %d axes, got shape %s; reshape it first", op, needed, shape);
  }

  static ShapeException reshape(Shape from, Shape to) {
    return new ShapeException(
        "reshape: %s has %d elements, %s would have %d", from, from.size(), to, to.size());
  }

  static ShapeException permutation(Shape shape, int[] axes) {
    return new ShapeException(
        "permute: %s is not an order of the %d axes of %s",
        Arrays.toString(axes), shape.rank(), shape);
  }

  static ShapeException sliceOutside(Shape shape, int axis, int start, int stop, int step) {
    return new ShapeException(
        "slice: %d until %d by %d does not fit axis %d of shape %s (0 <= start <= stop <= %d and"
            + " step >= 1 are needed)",
        start, stop, step, axis, shape, shape.dim(axis));
  }

  static ShapeException padTooSmall(Shape shape, Op.Pad pad) {
    return new ShapeException(
        "pad: axis %d of %s, placed at %d by %d, does not fit a size of %d",
        pad.axis(), shape, pad.start(), pad.step(), pad.size());
  }

  static ShapeException concat(int axis, List<Shape> shapes) {
    return new ShapeException("concat: shapes %s differ outside axis %d", shapes, axis);
  }

  static ShapeException axisTooLarge(String op, int axis, long size) {
    return new ShapeException(
        "%s: axis %d would have %d elements, more than 2^31 - 1", op, axis, size);
  }

  static ShapeException noSuchIndex(String op, Shape shape, int axis, int index) {
    return new ShapeException(
        "%s: index %d is outside axis %d of shape %s (indices go from %d to %d)",
        op, index, axis, shape, -shape.dim(axis), shape.dim(axis) - 1);
  }

  static ShapeException notHeld(String op, TensorSpec spec, Number value) {
    return new ShapeException(
        "%s: %s cannot hold %s; cast the tensor with toType(F32) or toType(F64) first",
        op, spec, value);
  }

  static ShapeException ambiguous(String op, TensorSpec spec, double value) {
    return new ShapeException(
        "%s: a double from 2^53 on, %s, may have been another whole number, which %s would hold;"
            + " give it as a Long, as in Long.valueOf(n)",
        op, value, spec);
  }

  static ShapeException emptyReduction(String op, Shape shape, int axis) {
    return new ShapeException(
        "%s: axis %d of %s is empty, and %s has no value there", op, axis, shape, op);
  }

  static ShapeException index(String op, Shape source, Shape index, int axis) {
    return new ShapeException(
        "%s: index %s must have the rank of source %s and be no larger on any axis but %d; reshape or"
            + " slice it, or take whole slices by indexSelect and indexAdd",
        op, index, source, axis);
  }

  static ShapeException mismatch(String op, String what, Shape expected, Shape actual) {
    return new ShapeException("%s: %s must have shape %s, got %s", op, what, expected, actual);
  }

  static ShapeException k(String op, int k, Shape shape, int axis) {
    return new ShapeException(
        "%s: k must lie in 0 .. %d, the size of axis %d of %s, got %d",
        op, shape.dim(axis), axis, shape, k);
  }

  static ShapeException dtypes(String op, TensorSpec left, TensorSpec right) {
    return new ShapeException(
        "%s: element types differ: left %s, right %s; cast one with toType(...)", op, left, right);
  }

  static ShapeException dtype(String op, TensorSpec got, String wanted) {
    return new ShapeException("%s: needs %s, got %s; cast it with toType(...)", op, wanted, got);
  }

  static ShapeException inputCount(String op, int wanted, int got) {
    return new ShapeException("%s: takes %d tensors, got %d", op, wanted, got);
  }
}
