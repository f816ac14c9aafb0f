package dev.ashlar.tensor.simd.blocks;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;

/**
 * An operand's elements in row-major order, whatever its strides: a kernel reads a window of them
 * into an array and works there, so that one loop serves every layout. Axes that lie behind one
 * another in memory are merged first, and what remains is read line by line along the last axis.
 */
public final class Window {
  private final MemorySegment data;

  /** The size of an element. */
  private final long bytes;

  private final long offset;
  private final long[] sizes;
  private final long[] strides;
  private final int last;

  private Window(Operand operand, Layout layout) {
    this.data = operand.data();
    this.bytes = operand.dtype().byteSize();
    this.offset = layout.offsetElements();
    int rank = layout.rank();
    long[] mergedSizes = new long[rank + 1];
    long[] mergedStrides = new long[rank + 1];
    mergedSizes[0] = 1;
    int axes = 0;
    for (int axis = 0; axis < rank; axis++) {
      long size = layout.shape().dim(axis);
      long stride = layout.strideElements(axis);
      if (size == 1) continue;
      boolean liesBehind = mergedSizes[axes] == 1 || mergedStrides[axes] == size * stride;
      if (!liesBehind) axes++;
      mergedSizes[axes] = liesBehind ? mergedSizes[axes] * size : size;
      mergedStrides[axes] = stride;
    }
    this.sizes = mergedSizes;
    this.strides = mergedStrides;
    this.last = axes;
  }

  /** Returns a window on an operand broadcast to a shape. */
  public static Window of(Operand operand, Shape shape) {
    return new Window(operand, operand.layout().expand(shape));
  }

  /** Returns a window on an operand's memory seen through another layout. */
  public static Window of(Operand operand, Layout layout) {
    return new Window(operand, layout);
  }

  /**
   * Handles part of a line; {@code at} and {@code stride} count elements in memory, {@code to} in
   * the block.
   */
  @FunctionalInterface
  private interface Line {
    void handle(long at, long stride, int to, int count);
  }

  /** Returns the memory that the operand lies in. */
  public MemorySegment data() {
    return data;
  }

  /** Returns whether all elements lie side by side. */
  boolean isLine() {
    return last == 0 && strides[0] == 1;
  }

  /**
   * Returns the number in memory of element {@code from} if {@code count} elements lie side by side
   * from there on, else -1.
   */
  public long sideBySide(long from, int count) {
    long size = sizes[last];
    // Most operands are one line, and a division takes as long as a hundred additions of floats.
    if (last == 0) return strides[0] == 1 && from + count <= size ? offset + from : -1;
    long within = from % size;
    boolean so = strides[last] == 1 && within + count <= size;
    return so ? start(from / size) + within : -1;
  }

  /**
   * Returns how far apart in memory {@code count} pieces of {@code length} elements begin that
   * begin at elements {@code from}, {@code from + step}, … if each is as far from the last and all
   * lie as the first does, else -1.
   */
  public long distance(long from, int count, long step, int length) {
    long size = sizes[last];
    long end = from % size + length;
    // The last piece must end in the line, too: in the next it would go on elsewhere.
    if (end + (count - 1) * step <= size) return strides[last] * step;
    boolean lines = size == step && end <= size && last > 0;
    if (!lines || from / size % sizes[last - 1] + count > sizes[last - 1]) return -1;
    return strides[last - 1];
  }

  /** Returns whether every {@code size} elements from a multiple of it on are the same ones. */
  boolean repeatsEvery(int size) {
    for (int axis = 0; axis < last; axis++) if (strides[axis] != 0) return false;
    return strides[last] == 0 || size % sizes[last] == 0;
  }

  /** Reads elements {@code from}, {@code from + 1}, … into a segment's beginning. */
  public void read(long from, MemorySegment into, int count) {
    read(from, into, 0, count);
  }

  /** Reads elements {@code from}, {@code from + 1}, … to element {@code at} of a segment and on. */
  public void read(long from, MemorySegment into, long at, int count) {
    forLines(
        from,
        count,
        (start, stride, to, length) ->
            Lines.copy(bytes, data, start, stride, into, at + to, 1, length));
  }

  /** Writes elements {@code from}, {@code from + 1}, … from a segment's beginning. */
  public void write(long from, MemorySegment values, int count) {
    forLines(
        from,
        count,
        (at, stride, to, length) -> Lines.copy(bytes, values, to, 1, data, at, stride, length));
  }

  /** Reads F32 elements {@code from}, {@code from + 1}, … into the beginning of an array. */
  public void read(long from, float[] into, int count) {
    forLines(
        from, count, (at, stride, to, length) -> Lines.read(data, at, stride, into, to, length));
  }

  /** Reads F64 elements. */
  public void read(long from, double[] into, int count) {
    forLines(
        from, count, (at, stride, to, length) -> Lines.read(data, at, stride, into, to, length));
  }

  /** Reads elements of four bytes, bit by bit. */
  public void read(long from, int[] into, int count) {
    forLines(
        from, count, (at, stride, to, length) -> Lines.read(data, at, stride, into, to, length));
  }

  /** Reads elements of eight bytes, bit by bit. */
  public void read(long from, long[] into, int count) {
    forLines(
        from, count, (at, stride, to, length) -> Lines.read(data, at, stride, into, to, length));
  }

  /** Stores where in memory elements {@code from}, {@code from + 1}, … are. */
  public void places(long from, long[] into, int count) {
    forLines(
        from,
        count,
        (at, stride, to, length) -> {
          for (int i = 0; i < length; i++) into[to + i] = at + i * stride;
        });
  }

  /** Returns where in memory an element is. */
  public long place(long number) {
    return start(number / sizes[last]) + number % sizes[last] * strides[last];
  }

  /** Reads elements of one byte. */
  public void read(long from, byte[] into, int count) {
    forLines(
        from, count, (at, stride, to, length) -> Lines.read(data, at, stride, into, to, length));
  }

  private void forLines(long from, int count, Line line) {
    if (count == 0) return;
    long size = sizes[last];
    long within = from % size;
    int done = 0;
    for (long number = from / size; done < count; number++) {
      int length = (int) Math.min(count - done, size - within);
      line.handle(start(number) + within * strides[last], strides[last], done, length);
      done += length;
      within = 0;
    }
  }

  /** Returns where the line with this number begins. */
  private long start(long number) {
    long at = offset;
    long rest = number;
    for (int axis = last - 1; axis >= 0; axis--) {
      at += rest % sizes[axis] * strides[axis];
      rest /= sizes[axis];
    }
    return at;
  }
}
