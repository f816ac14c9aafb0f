package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.FloatBlock.ORDER;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** Kernels that pick rows of an F32 table [V, ...] by number, and add rows to one. */
final class RowKernels {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Elements of a chunk: worth handing to another thread. */
  private static final int GRAIN = 32 * Blocks.SIZE;

  /** At most so many threads can share an addition. */
  private static final int PARTS = 64;

  private RowKernels() {}

  /** (source [V, ...], index [...]) -> rows of source in the index's order. */
  static Kernel select(Op.IndexSelect op) {
    return (inputs, outputs) -> {
      Operand table = inputs.getFirst();
      Operand y = outputs.getFirst();
      int[] rows = rows(op, inputs.get(1), table.shape().dim(0));
      if (y.size() == 0) return;
      int width = (int) (y.size() / rows.length);
      Window source = Window.of(table, table.shape());
      MemorySegment to = y.elements();
      Parallel.range(
          rows.length,
          Math.max(1, GRAIN / width),
          (first, end) -> {
            for (int i = (int) first; i < end; i++) {
              source.read((long) rows[i] * width, slice(to, (long) i * width, width), width);
            }
          });
    };
  }

  private static MemorySegment slice(MemorySegment data, long at, int width) {
    return data.asSlice(at * Float.BYTES, (long) width * Float.BYTES);
  }

  /**
   * (into [V, ...], index [...], source [..., ...]): a copy of into, with rows of source added in
   * the index's order. Each part of the table belongs to one thread, so that every sum has its
   * order.
   */
  static Kernel add(Op.IndexAdd op) {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      if (y.size() == 0) return;
      int height = y.shape().dim(0);
      int width = (int) (y.size() / height);
      int[] rows = rows(op, inputs.get(1), height);
      int perPart = Math.max(Math.ceilDiv(height, PARTS), Math.ceilDiv(GRAIN, width));
      int parts = Math.ceilDiv(height, perPart);
      int[] starts = new int[parts + 1];
      int[] order = byPart(rows, perPart, starts);
      Window into = Window.of(inputs.get(0), y.shape());
      Window source = Window.of(inputs.get(2), inputs.get(2).shape());
      MemorySegment to = y.elements();
      Parallel.range(
          parts,
          1,
          (first, end) -> {
            MemorySegment room = Scratch.own().line(0, width);
            for (int part = (int) first; part < end; part++) {
              int from = part * perPart;
              int count = Math.min(perPart, height - from);
              copy(into, to, (long) from * width, (long) count * width);
              for (int i = starts[part]; i < starts[part + 1]; i++) {
                addRow(
                    source,
                    (long) order[i] * width,
                    to,
                    (long) rows[order[i]] * width,
                    room,
                    width);
              }
            }
          });
    };
  }

  /** Returns the positions of an index ordered by part, in their own order within each. */
  private static int[] byPart(int[] rows, int perPart, int[] starts) {
    for (int row : rows) starts[row / perPart + 1]++;
    for (int part = 1; part < starts.length; part++) starts[part] += starts[part - 1];
    int[] next = starts.clone();
    int[] order = new int[rows.length];
    for (int i = 0; i < rows.length; i++) order[next[rows[i] / perPart]++] = i;
    return order;
  }

  private static void copy(Window from, MemorySegment to, long at, long count) {
    for (long done = 0; done < count; done += Blocks.SIZE) {
      int block = (int) Math.min(Blocks.SIZE, count - done);
      from.read(at + done, slice(to, at + done, block), block);
    }
  }

  private static void addRow(
      Window source, long from, MemorySegment y, long to, MemorySegment room, int width) {
    long direct = source.sideBySide(from, width);
    if (direct < 0) source.read(from, room, width);
    MemorySegment x = direct < 0 ? room : source.data();
    long xAt = Math.max(0, direct) * Float.BYTES;
    add(x, xAt, y, to * Float.BYTES, width);
  }

  private static void add(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      long byteAt = (long) i * Float.BYTES;
      FloatVector.fromMemorySegment(S, y, yAt + byteAt, ORDER)
          .add(FloatVector.fromMemorySegment(S, x, xAt + byteAt, ORDER))
          .intoMemorySegment(y, yAt + byteAt, ORDER);
    }
    for (; i < count; i++) {
      long byteAt = (long) i * Float.BYTES;
      y.set(FLOAT, yAt + byteAt, y.get(FLOAT, yAt + byteAt) + x.get(FLOAT, xAt + byteAt));
    }
  }

  private static int[] rows(Op op, Operand index, int size) {
    int[] rows = new int[Math.toIntExact(index.size())];
    Layout layout = index.layout();
    for (int i = 0; i < rows.length; i++) {
      long row = index.getLong(position(layout, i));
      if (row < 0 || row >= size) {
        throw new IndexOutOfBoundsException(
            "%s: index %d is outside axis 0 of size %d".formatted(op.label(), row, size));
      }
      rows[i] = (int) row;
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
