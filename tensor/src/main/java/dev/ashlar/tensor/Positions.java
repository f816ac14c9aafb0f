package dev.ashlar.tensor;

/** Counts through a layout's elements in row-major order: where in memory does the next one lie? */
final class Positions {
  private final Layout layout;
  private final int[] index;
  private long next;

  Positions(Layout layout) {
    this.layout = layout;
    this.index = new int[layout.rank()];
    this.next = layout.offsetElements();
  }

  /** Returns the number, in memory, of the next element; there are as many as the shape says. */
  long next() {
    long at = next;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      long stride = layout.strideElements(axis);
      next += stride;
      if (++index[axis] < layout.shape().dim(axis)) return at;
      next -= index[axis] * stride;
      index[axis] = 0;
    }
    return at;
  }
}
