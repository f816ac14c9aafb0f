package dev.ashlar.tensor;

import java.util.Arrays;
import java.util.Optional;

/**
 * Where the elements of a tensor lie in its memory: element (i, j, …) is number {@code offset +
 * i·strides[0] + j·strides[1] + …}, counted in elements, not bytes. A stride of 0 repeats an
 * element along its axis.
 */
public final class Layout {
  private final Shape shape;
  private final long[] strides;
  private final long offset;
  private final boolean contiguous;

  private Layout(Shape shape, long[] strides, long offset) {
    this(shape, strides, offset, isRowMajor(shape, strides));
  }

  private Layout(Shape shape, long[] strides, long offset, boolean contiguous) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.contiguous = contiguous;
  }

  /** Returns the row-major layout of a shape, from element 0. */
  public static Layout contiguous(Shape shape) {
    return new Layout(shape, rowMajor(shape), 0, true);
  }

  private static long[] rowMajor(Shape shape) {
    long[] strides = new long[shape.rank()];
    long stride = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.dim(axis);
    }
    return strides;
  }

  private static boolean isRowMajor(Shape shape, long[] strides) {
    if (shape.size() == 0) return true;
    long expected = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      if (shape.dim(axis) != 1 && strides[axis] != expected) return false;
      expected *= shape.dim(axis);
    }
    return true;
  }

  /** Returns the sizes of the axes. */
  public Shape shape() {
    return shape;
  }

  /** Returns the number of axes. */
  public int rank() {
    return strides.length;
  }

  /** Returns the stride of an axis in elements; negative axes count from the last. */
  public long strideElements(int axis) {
    return strides[shape.axis("stride", axis)];
  }

  /** Returns all strides in elements, as a copy. */
  public long[] strideElements() {
    return strides.clone();
  }

  /** Returns the number of the first element. */
  public long offsetElements() {
    return offset;
  }

  /** Returns whether the elements lie side by side in row-major order (from any offset). */
  public boolean isContiguous() {
    return contiguous;
  }

  /** Returns whether two different indices can reach the same element. */
  public boolean overlaps() {
    if (shape.size() == 0) return false;
    for (int axis = 0; axis < rank(); axis++)
      if (strides[axis] == 0 && shape.dim(axis) > 1) return true;
    return false;
  }

  /** Returns this layout with its axes in another order. */
  public Layout permute(int[] axes) {
    long[] out = new long[axes.length];
    for (int i = 0; i < axes.length; i++) out[i] = strides[axes[i]];
    return new Layout(shape.permuted(axes), out, offset);
  }

  /** Returns the elements {@code start}, {@code start + step}, … below {@code stop} of an axis. */
  public Layout slice(int axis, int start, int stop, int step) {
    long[] out = strides.clone();
    out[axis] *= step;
    Shape sliced = shape.with(axis, sliceSize(start, stop, step));
    return new Layout(sliced, out, offset + start * strides[axis]);
  }

  static int sliceSize(int start, int stop, int step) {
    return (int) (((long) stop - start + step - 1) / step);
  }

  /** Returns this layout from another first element. */
  public Layout withOffset(long elements) {
    return new Layout(shape, strides, elements);
  }

  /** Returns this layout stretched to a shape it {@linkplain Shape#expandsTo expands to}. */
  public Layout expand(Shape target) {
    if (shape.equals(target)) return this;
    long[] out = new long[target.rank()];
    for (int back = 1; back <= rank(); back++) {
      boolean stretched = shape.dim(-back) == 1 && target.dim(-back) != 1;
      out[target.rank() - back] = stretched ? 0 : strides[rank() - back];
    }
    return new Layout(target, out, offset);
  }

  /** Returns the same elements under another shape of equal size, or empty if that needs a copy. */
  public Optional<Layout> reshape(Shape target) {
    if (contiguous) return Optional.of(new Layout(target, rowMajor(target), offset));
    // Axes of size 1 say nothing about memory; the others must group into runs that each side
    // splits alike.
    int[] from = axesAboveOne();
    long[] out = new long[target.rank()];
    int at = from.length - 1;
    int axis = target.rank() - 1;
    while (at >= 0) {
      long have = shape.dim(from[at]);
      long want = 1;
      long stride = strides[from[at]];
      int first = at;
      int firstAxis = axis;
      while (axis >= 0 && target.dim(axis) == 1) axis--;
      want *= axis >= 0 ? target.dim(axis) : 1;
      while (have != want) {
        if (have < want) {
          if (first == 0
              || strides[from[first - 1]] != strides[from[first]] * shape.dim(from[first])) {
            return Optional.empty();
          }
          have *= shape.dim(from[--first]);
        } else {
          want *= target.dim(--axis);
        }
      }
      for (int i = firstAxis; i >= axis && i >= 0; i--) {
        out[i] = stride;
        stride *= target.dim(i);
      }
      at = first - 1;
      axis--;
    }
    return Optional.of(new Layout(target, out, offset));
  }

  private int[] axesAboveOne() {
    int[] axes = new int[rank()];
    int count = 0;
    for (int axis = 0; axis < rank(); axis++) if (shape.dim(axis) != 1) axes[count++] = axis;
    return Arrays.copyOf(axes, count);
  }

  @Override
  public String toString() {
    return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
  }
}
