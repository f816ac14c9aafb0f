package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Parallel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Visits the index space that several layouts share, in row-major order, in blocks along the last
 * axis. Axes that lie behind one another in all layouts are merged first, so that contiguous memory
 * is one long line.
 */
final class Walk {
  private static final int BLOCK = 1024;
  private static final long GRAIN = 32_768;

  /** Handles {@code count} elements: layout i's are at {@code at[i]}, {@code at[i] + step(i)}, … */
  @FunctionalInterface
  interface Block {
    void visit(long[] at, int count);
  }

  private final Layout[] layouts;
  private final List<long[]> outer =
      new ArrayList<>(); // per axis but the last: its size, then each layout's stride
  private final long[] line; // of the last axis, likewise
  private final long lines;
  private final int blockSize;
  private final long blocksPerLine;
  private final long work;

  private Walk(long work, Layout... layouts) {
    this.layouts = layouts;
    this.work = Math.max(1, work);
    merge();
    this.line = outer.isEmpty() ? unit() : outer.removeLast();
    long count = layouts[0].shape().size() == 0 ? 0 : 1;
    for (long[] axis : outer) count *= axis[0];
    this.lines = count;
    this.blockSize = (int) Math.clamp(line[0], 1, Math.max(1, BLOCK / this.work));
    this.blocksPerLine = (line[0] + blockSize - 1) / blockSize;
  }

  /** Returns a walk through layouts of one shape. */
  static Walk of(Layout... layouts) {
    return new Walk(1, layouts);
  }

  /**
   * Returns a walk whose every element stands for {@code work} numbers, and whose blocks are the
   * smaller for it.
   */
  static Walk ofLines(long work, Layout... layouts) {
    return new Walk(work, layouts);
  }

  private void merge() {
    Shape shape = layouts[0].shape();
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dim(axis) == 1) continue;
      long[] next = new long[layouts.length + 1];
      next[0] = shape.dim(axis);
      for (int i = 0; i < layouts.length; i++) next[i + 1] = layouts[i].strideElements(axis);
      if (!outer.isEmpty() && liesBehind(outer.getLast(), next)) {
        next[0] *= outer.removeLast()[0];
      }
      outer.add(next);
    }
  }

  private static boolean liesBehind(long[] axis, long[] next) {
    for (int i = 1; i < next.length; i++) if (axis[i] != next[i] * next[0]) return false;
    return true;
  }

  private long[] unit() {
    long[] one = new long[layouts.length + 1];
    one[0] = 1;
    return one;
  }

  /** Returns the distance in elements between neighbours in a block of a layout. */
  long step(int layout) {
    return line[layout + 1];
  }

  /** Returns the most elements a block can have. */
  int blockSize() {
    return blockSize;
  }

  /** Visits every block in order on the calling thread. */
  void forEach(Block block) {
    visit(0, lines * blocksPerLine, block);
  }

  /**
   * Visits every block on any thread; each range of blocks gets a visitor (and so scratch memory)
   * of its own.
   */
  void parallel(Supplier<Block> visitors) {
    long grain = Math.max(1, GRAIN / work / blockSize);
    Parallel.range(lines * blocksPerLine, grain, (from, to) -> visit(from, to, visitors.get()));
  }

  private void visit(long from, long to, Block block) {
    if (from >= to) return;
    long within = from % blocksPerLine;
    long[] index = new long[outer.size()];
    long[] start = position(from / blocksPerLine, index);
    long[] at = new long[start.length];
    for (long number = from; number < to; number++) {
      long first = within * blockSize;
      for (int i = 0; i < at.length; i++) at[i] = start[i] + first * line[i + 1];
      block.visit(at, (int) Math.min(blockSize, line[0] - first));
      if (++within == blocksPerLine) {
        within = 0;
        nextLine(index, start);
      }
    }
  }

  private long[] position(long lineNumber, long[] index) {
    long[] start = new long[layouts.length];
    for (int i = 0; i < start.length; i++) start[i] = layouts[i].offsetElements();
    long rest = lineNumber;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      long[] of = outer.get(axis);
      index[axis] = rest % of[0];
      rest /= of[0];
      for (int i = 0; i < start.length; i++) start[i] += index[axis] * of[i + 1];
    }
    return start;
  }

  private void nextLine(long[] index, long[] start) {
    for (int axis = index.length - 1; axis >= 0; axis--) {
      long[] of = outer.get(axis);
      boolean wraps = ++index[axis] == of[0];
      long by = wraps ? 1 - of[0] : 1;
      for (int i = 0; i < start.length; i++) start[i] += by * of[i + 1];
      if (!wraps) return;
      index[axis] = 0;
    }
  }
}
