package dev.ashlar.tensor.simd.index;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;

/**
 * Gathers and scatters along the last axis, of elements of four or eight bytes: each line is copied
 * to an array, where an element is looked up in half the time that its place in memory takes.
 */
final class IndexedLines {
  /** With fewer numbers a line, what is done for each line would take longest. */
  private static final int LEAST = 64;

  /** The most elements of a line for each that is looked up: to copy more would take longer. */
  private static final int SPARSEST = 4;

  private static final int GRAIN = 32 * Blocks.SIZE;

  private IndexedLines() {}

  /** Reads {@code count} numbers of a line, {@code from} and on; all are inside. */
  @FunctionalInterface
  interface Numbers {
    int[] read(long line, int from, int count, Scratch scratch);
  }

  /** Returns the numbers of an index with {@code width} in a line. */
  static Numbers of(Indices indices, int width) {
    return (line, from, count, scratch) -> {
      indices.read(line * width + from, scratch.i, scratch, count);
      return scratch.i;
    };
  }

  /** Returns the same numbers for every line. */
  static Numbers of(int[] numbers) {
    return (line, from, count, scratch) -> {
      if (from == 0) return numbers;
      System.arraycopy(numbers, from, scratch.i, 0, count);
      return scratch.i;
    };
  }

  /** Returns whether lines of x are best indexed so, by {@code count} numbers each. */
  static boolean fit(Shape x, int axis, int count) {
    int width = x.dim(axis);
    return axis == x.rank() - 1
        && count >= LEAST
        && width > 0
        && width <= Blocks.SIZE
        && width <= SPARSEST * count;
  }

  /** Returns whether lines of x are best indexed so, by a line each of an index. */
  static boolean fit(Shape x, int axis, Shape index) {
    int count = index.dim(axis);
    return index.equals(x.with(axis, count)) && fit(x, axis, count);
  }

  /** y[line, i] = source[line, numbers[i]], where i may stand for several axes of y. */
  static void take(Operand source, Numbers numbers, int count, Operand y) {
    int width = source.shape().dim(-1);
    boolean wide = y.dtype().byteSize() == Long.BYTES;
    Window lines = Window.of(source, source.shape());
    forLines(
        y.size() / count,
        count,
        (line, scratch) -> {
          if (wide) lines.read(line * width, scratch.l, width);
          else lines.read(line * width, scratch.j, width);
          for (int from = 0; from < count; from += Blocks.SIZE) {
            int some = Math.min(Blocks.SIZE, count - from);
            int[] places = numbers.read(line, from, some, scratch);
            if (wide) {
              take(scratch.l, places, scratch.m, some);
              Blocks.write(y, line * count + from, scratch.m, some);
            } else {
              take(scratch.j, places, scratch.k, some);
              Blocks.write(y, line * count + from, scratch.k, some);
            }
          }
        });
  }

  private static void take(int[] line, int[] numbers, int[] into, int count) {
    for (int i = 0; i < count; i++) into[i] = line[numbers[i]];
  }

  private static void take(long[] line, int[] numbers, long[] into, int count) {
    for (int i = 0; i < count; i++) into[i] = line[numbers[i]];
  }

  /** y[line] = into[line] with source[line, i] added at numbers[i]; of F32 or F64. */
  static void add(Operand into, Numbers numbers, Operand source, int count, Operand y) {
    int width = y.shape().dim(-1);
    boolean wide = y.dtype().byteSize() == Long.BYTES;
    Window lines = Window.of(into, y.shape());
    Window added = Window.of(source, source.shape());
    forLines(
        y.size() / width,
        count,
        (line, scratch) -> {
          if (wide) lines.read(line * width, scratch.c, width);
          else lines.read(line * width, scratch.a, width);
          for (int from = 0; from < count; from += Blocks.SIZE) {
            int some = Math.min(Blocks.SIZE, count - from);
            int[] places = numbers.read(line, from, some, scratch);
            if (wide) {
              added.read(line * count + from, scratch.d, some);
              add(scratch.d, places, scratch.c, some);
            } else {
              added.read(line * count + from, scratch.b, some);
              add(scratch.b, places, scratch.a, some);
            }
          }
          if (wide) Blocks.write(y, line * width, scratch.c, width);
          else Blocks.write(y, line * width, scratch.a, width);
        });
  }

  private static void add(float[] source, int[] numbers, float[] line, int count) {
    for (int i = 0; i < count; i++) line[numbers[i]] += source[i];
  }

  private static void add(double[] source, int[] numbers, double[] line, int count) {
    for (int i = 0; i < count; i++) line[numbers[i]] += source[i];
  }

  @FunctionalInterface
  private interface Line {
    void handle(long line, Scratch scratch);
  }

  private static void forLines(long lines, int count, Line work) {
    Parallel.range(
        lines,
        Math.max(1, GRAIN / count),
        (first, end) -> {
          Scratch scratch = Scratch.own();
          for (long line = first; line < end; line++) work.handle(line, scratch);
        });
  }
}
