package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Kernels that store, copy and collect numbers. */
final class MoveKernels {
  /**
   * Columns of a table that one thread adds to: enough for a cache line each, few enough to share.
   */
  private static final int COLUMNS = 64;

  private MoveKernels() {}

  /** Every element is {@code value}. */
  static Kernel fill(float value) {
    return (_, outputs) -> {
      Operand y = outputs.getFirst();
      Parallel.range(
          y.size(),
          32 * Blocks.SIZE,
          (first, end) -> {
            float[] block = Scratch.own().a;
            Arrays.fill(block, value);
            for (long from = first; from < end; from += Blocks.SIZE) {
              Blocks.write(y, from, block, (int) Math.min(Blocks.SIZE, end - from));
            }
          });
    };
  }

  /** The same elements of four bytes in row-major order. */
  static Kernel copy() {
    return (inputs, outputs) -> {
      Operand x = inputs.getFirst();
      Operand y = outputs.getFirst();
      if (x.isContiguous()) copyBytes(x.elements(), y.elements());
      else if (Tiles.isTransposed(x.layout())) new Tiles(x, y).copy();
      else copyLines(Window.of(x, y.shape()), y);
    };
  }

  private static void copyBytes(MemorySegment from, MemorySegment to) {
    Parallel.range(
        from.byteSize(),
        1 << 18,
        (first, end) -> MemorySegment.copy(from, first, to, first, end - first));
  }

  private static void copyLines(Window x, Operand y) {
    Blocks.forEach(
        y.size(),
        (from, count, scratch) -> {
          x.read(from, scratch.i, count);
          Blocks.write(y, from, scratch.i, count);
        });
  }

  /**
   * (into [V, ...], index, source): a copy of into, with rows of source added in the index's order.
   */
  static Kernel addRows(Op.IndexAdd op) {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      if (y.size() == 0) return;
      long[] rows = rows(op, inputs.get(1), y.shape().dim(0));
      int width = (int) (y.size() / y.shape().dim(0));
      Window into = Window.of(inputs.get(0), y.shape());
      Window source = Window.of(inputs.get(2), inputs.get(2).shape());
      copyFloats(into, y);
      // Each thread has columns of its own, so that every sum has its order.
      Parallel.range(
          width,
          (long) rows.length * width < 32 * Blocks.SIZE ? width : COLUMNS,
          (first, end) -> {
            for (long column = first; column < end; column += Blocks.SIZE) {
              int count = (int) Math.min(Blocks.SIZE, end - column);
              for (int i = 0; i < rows.length; i++) {
                addRow(source, (long) i * width + column, y, rows[i] * width + column, count);
              }
            }
          });
    };
  }

  private static void copyFloats(Window x, Operand y) {
    Blocks.forEach(
        y.size(),
        (from, count, scratch) -> {
          x.read(from, scratch.a, count);
          Blocks.write(y, from, scratch.a, count);
        });
  }

  private static void addRow(Window source, long from, Operand y, long to, int count) {
    Scratch scratch = Scratch.own();
    source.read(from, scratch.a, count);
    long at = (y.layout().offsetElements() + to) * Float.BYTES;
    MemorySegment.copy(y.data(), ValueLayout.JAVA_FLOAT, at, scratch.b, 0, count);
    add(scratch.a, scratch.b, count);
    Blocks.write(y, to, scratch.b, count);
  }

  private static void add(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector.fromArray(S, y, i).add(FloatVector.fromArray(S, x, i)).intoArray(y, i);
    }
  }

  private static long[] rows(Op op, Operand index, int size) {
    long[] rows = new long[Math.toIntExact(index.size())];
    Layout layout = index.layout();
    for (int i = 0; i < rows.length; i++) {
      long row = index.getLong(position(layout, i));
      if (row < 0 || row >= size) {
        throw new IndexOutOfBoundsException(
            "%s: index %d is outside axis 0 of size %d".formatted(op.label(), row, size));
      }
      rows[i] = row;
    }
    return rows;
  }

  private static long position(Layout layout, long number) {
    long at = layout.offsetElements();
    if (layout.isContiguous()) return at + number;
    long rest = number;
    for (int axis = layout.rank() - 1; axis >= 0; axis--) {
      int size = layout.shape().dim(axis);
      at += rest % size * layout.strideElements(axis);
      rest /= size;
    }
    return at;
  }
}
