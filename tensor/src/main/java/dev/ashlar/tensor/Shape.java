package dev.ashlar.tensor;

import java.util.Arrays;

/** The sizes of a tensor's axes; immutable. A scalar has rank 0 and one element. */
public final class Shape {
  private static final Shape SCALAR = new Shape(new int[0]);

  private final int[] dims;
  private final long size;

  private Shape(int[] dims) {
    this.dims = dims;
    long product = 1;
    for (int dim : dims) {
      if (dim < 0) throw ShapeException.negativeSize(dims);
      product = multiply(product, dim, dims);
    }
    this.size = product;
  }

  private static long multiply(long product, int dim, int[] dims) {
    long high = Math.multiplyHigh(product, dim);
    if (high != 0 || product * dim < 0) throw ShapeException.tooLarge(dims);
    return product * dim;
  }

  /** Returns the shape with these sizes; throws {@link ShapeException} if one is negative. */
  public static Shape of(int... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone());
  }

  /** Returns the shape of a single number. */
  public static Shape scalar() {
    return SCALAR;
  }

  /** Returns the number of axes. */
  public int rank() {
    return dims.length;
  }

  /** Returns the number of elements. */
  public long size() {
    return size;
  }

  /** Returns the sizes, as a copy. */
  public int[] dims() {
    return dims.clone();
  }

  /** Returns the size of an axis; negative axes count from the last, which is -1. */
  public int dim(int axis) {
    return dims[axis("dim", axis)];
  }

  /**
   * Returns {@code axis} counted from the first; throws {@link ShapeException} naming {@code op}.
   */
  public int axis(String op, int axis) {
    int fromFirst = axis < 0 ? axis + dims.length : axis;
    if (fromFirst < 0 || fromFirst >= dims.length) throw ShapeException.noSuchAxis(op, this, axis);
    return fromFirst;
  }

  /** Returns this shape with one axis resized. */
  public Shape with(int axis, int dim) {
    int[] copy = dims.clone();
    copy[axis("with", axis)] = dim;
    return of(copy);
  }

  /** Returns this shape without one axis. */
  public Shape without(int axis) {
    int gone = axis("without", axis);
    int[] rest = new int[rank() - 1];
    System.arraycopy(dims, 0, rest, 0, gone);
    System.arraycopy(dims, gone + 1, rest, gone, rest.length - gone);
    return of(rest);
  }

  /** Returns this shape with a new axis of the given size, which comes to stand at {@code axis}. */
  public Shape inserted(int axis, int dim) {
    int at = axis < 0 ? axis + rank() + 1 : axis;
    if (at < 0 || at > rank()) throw ShapeException.noSuchAxis("insert", this, axis);
    return slice(0, at).concat(of(dim)).concat(slice(at, rank()));
  }

  /** Returns the axes {@code from} (inclusive) to {@code to} (exclusive) as a shape. */
  public Shape slice(int from, int to) {
    return of(Arrays.copyOfRange(dims, from, to));
  }

  /** Returns the axes of this shape followed by those of {@code other}. */
  public Shape concat(Shape other) {
    int[] all = Arrays.copyOf(dims, dims.length + other.dims.length);
    System.arraycopy(other.dims, 0, all, dims.length, other.dims.length);
    return of(all);
  }

  /** Returns the axes as {@code axes} orders them. */
  public Shape permuted(int[] axes) {
    int[] permuted = new int[axes.length];
    for (int i = 0; i < axes.length; i++) permuted[i] = dims[axes[i]];
    return of(permuted);
  }

  /**
   * Returns the shape both operands are stretched to: axes align at the last, and a size of 1
   * stretches.
   *
   * @throws ShapeException naming {@code op}, both shapes and the axis, if two sizes differ and
   *     none is 1
   */
  public static Shape broadcast(String op, Shape left, Shape right) {
    if (left.equals(right)) return left;
    int rank = Math.max(left.rank(), right.rank());
    int[] out = new int[rank];
    for (int back = 1; back <= rank; back++) {
      int a = back <= left.rank() ? left.dims[left.rank() - back] : 1;
      int b = back <= right.rank() ? right.dims[right.rank() - back] : 1;
      if (a != b && a != 1 && b != 1) throw ShapeException.notBroadcastable(op, left, right, -back);
      out[rank - back] = a == 1 ? b : a;
    }
    return of(out);
  }

  /** Returns whether a tensor of this shape can be stretched to {@code target}. */
  public boolean expandsTo(Shape target) {
    if (rank() > target.rank()) return false;
    for (int back = 1; back <= rank(); back++) {
      int have = dims[rank() - back];
      if (have != 1 && have != target.dims[target.rank() - back]) return false;
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** Returns the sizes in brackets, as in {@code [2, 3]}. */
  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
