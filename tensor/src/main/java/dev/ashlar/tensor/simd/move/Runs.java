package dev.ashlar.tensor.simd.move;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Copies elements that lie side by side in short runs, bit by bit: heads before tokens, for one. In
 * the order of the input's memory, not of the result's: a processor waits for what it reads, and
 * reads ahead along one line; what it writes may go to several.
 */
final class Runs {
  /** The longest run, in elements; of longer ones the order does not matter. */
  private static final int LONGEST = Blocks.SIZE;

  private static final int GRAIN = 32 * Blocks.SIZE;

  /** An axis over runs; strides are in bytes. */
  private record Axis(long size, long from, long to) {}

  private final MemorySegment from;
  private final MemorySegment to;
  private final long fromStart;
  private final long toStart;
  private final long bytes;

  /** The axes over runs, the nearest in the input's memory last. */
  private final List<Axis> axes = new ArrayList<>();

  Runs(Operand x, Operand y) {
    this.from = x.data();
    this.to = y.data();
    this.fromStart = x.offsetBytes();
    this.toStart = y.offsetBytes();
    int run = run(x.layout());
    int element = x.dtype().byteSize();
    this.bytes = sizeFrom(x.layout(), run) * element;
    for (int axis = 0; axis < run; axis++) {
      axes.add(
          new Axis(
              x.shape().dim(axis),
              x.layout().strideElements(axis) * element,
              y.layout().strideElements(axis) * element));
    }
    axes.sort(Comparator.comparingLong(Axis::from).reversed());
  }

  /** Returns whether elements lie side by side along the last axis at least, and in short runs. */
  static boolean areShort(Layout x) {
    int run = run(x);
    return run > 0 && run < x.rank() && sizeFrom(x, run) <= LONGEST;
  }

  /** Returns the axis from which on elements lie side by side. */
  private static int run(Layout x) {
    long size = 1;
    int axis = x.rank();
    while (axis > 0 && x.strideElements(axis - 1) == size) size *= x.shape().dim(--axis);
    return axis;
  }

  private static long sizeFrom(Layout x, int axis) {
    return x.shape().slice(axis, x.rank()).size();
  }

  void copy() {
    long runs = 1;
    for (Axis axis : axes) runs *= axis.size;
    Axis near = axes.getLast();
    Parallel.range(
        runs,
        Math.max(1, GRAIN * Integer.BYTES / bytes),
        (first, end) -> {
          for (long run = first; run < end; ) {
            long within = run % near.size;
            long count = Math.min(end - run, near.size - within);
            copyLine(run / near.size, within, count);
            run += count;
          }
        });
  }

  private static void copyRuns(
      MemorySegment from,
      long at,
      long step,
      MemorySegment to,
      long into,
      long toStep,
      long bytes,
      long count) {
    for (long i = 0; i < count; i++) {
      MemorySegment.copy(from, at + i * step, to, into + i * toStep, bytes);
    }
  }

  /** Copies runs {@code first}, {@code first + 1}, … along the nearest axis. */
  private void copyLine(long line, long first, long count) {
    Axis near = axes.getLast();
    long at = fromStart + first * near.from;
    long into = toStart + first * near.to;
    long rest = line;
    for (int i = axes.size() - 2; i >= 0; i--) {
      Axis axis = axes.get(i);
      at += rest % axis.size * axis.from;
      into += rest % axis.size * axis.to;
      rest /= axis.size;
    }
    copyRuns(from, at, near.from, to, into, near.to, bytes, count);
  }
}
