package dev.ashlar.tensor.simd.index;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Kernels that pick slices along an axis by number, and add slices to others. Slices of [pre,
 * places, post] are rows of {@code post} elements; elements of narrow ones are taken one by one.
 */
public final class RowKernels {
  /** Elements of a chunk: worth handing to another thread. */
  private static final int GRAIN = 32 * Blocks.SIZE;

  /** Elements of a row that is handled as a whole: of a narrow one, calls would take longest. */
  private static final int NARROW = 12;

  private static final int WIDE = 1 << 28;

  private RowKernels() {}

  /** (source, index): slices of source, of elements of four or eight bytes, in index's order. */
  public static Kernel select(Op.IndexSelect op) {
    return (inputs, outputs) -> {
      Operand source = inputs.getFirst();
      Operand y = outputs.getFirst();
      int height = source.shape().dim(op.axis());
      int[] rows = new Indices(op, inputs.get(1), op.axis(), height).all();
      if (y.size() == 0) return;
      long width = width(source.shape(), op.axis());
      Window table = Window.of(source, source.shape());
      if (isRow(width)) {
        copyRows(table, height, rows, y, (int) width);
      } else if (IndexedLines.fit(source.shape(), op.axis(), rows.length)) {
        IndexedLines.take(source, IndexedLines.of(rows), rows.length, y);
      } else {
        Shape shape = source.shape().with(op.axis(), rows.length);
        Layout flat = y.layout().reshape(shape).orElseThrow();
        GatherKernels.gather(op, op.axis(), source, spread(rows, op.axis(), shape), y.with(flat));
      }
    };
  }

  private static void copyRows(Window table, int height, int[] rows, Operand y, int width) {
    Parallel.range(
        y.size() / width,
        Math.max(1, GRAIN / width),
        (first, end) -> {
          long before = first / rows.length * height;
          int i = (int) (first % rows.length);
          long to = y.layout().offsetElements();
          for (long row = first; row < end; row++) {
            table.read((before + rows[i]) * width, y.data(), to + row * width, width);
            if (++i < rows.length) continue;
            i = 0;
            before += height;
          }
        });
  }

  /**
   * (into, index, source), of F32 or F64: a copy of into, with slices of source added in the
   * index's order. Part by part of the result, which is in a near cache when rows are added to it,
   * and each by one thread, so that every sum has its order.
   */
  public static Kernel add(Op.IndexAdd op) {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      int height = y.shape().dim(op.axis());
      int[] rows = new Indices(op, inputs.get(1), op.axis(), height).all();
      if (y.size() == 0) return;
      long width = width(y.shape(), op.axis());
      if (isRow(width)) {
        addRows(inputs.get(0), height, rows, inputs.get(2), y, (int) width);
      } else {
        Operand index = spread(rows, op.axis(), y.shape().with(op.axis(), rows.length));
        ScatterKernels.add(op, op.axis(), inputs.get(0), index, inputs.get(2), y);
      }
    };
  }

  private static void addRows(
      Operand into, int height, int[] rows, Operand source, Operand y, int width) {
    long bytes = (long) width * y.dtype().byteSize();
    int[] starts = new int[height + 1];
    int[] order = byRow(rows, starts);
    Window before = Window.of(into, y.shape());
    Parallel.range(
        y.size() / width,
        Math.max(1, GRAIN / width),
        (first, end) -> {
          long count = end - first;
          MemorySegment part = y.elements().asSlice(first * bytes, count * bytes);
          before.read(first * width, part, (int) count * width);
          var added = new AddedRow(source, width);
          long others = first / height * rows.length;
          int number = (int) (first % height);
          for (long row = first; row < end; row++) {
            long at = y.offsetBytes() + row * bytes;
            for (int i = starts[number]; i < starts[number + 1]; i++) {
              added.load(others + order[i]);
              added.addTo(y.data(), at);
            }
            if (++number < height) continue;
            number = 0;
            others += rows.length;
          }
        });
  }

  private static boolean isRow(long width) {
    return width >= NARROW && width <= WIDE;
  }

  private static long width(Shape shape, int axis) {
    return shape.slice(axis + 1, shape.rank()).size();
  }

  /**
   * Returns the positions of an index ordered by the row they name, in their own order within each;
   * {@code starts} becomes where each row's begin.
   */
  private static int[] byRow(int[] rows, int[] starts) {
    for (int row : rows) starts[row + 1]++;
    for (int row = 1; row < starts.length; row++) starts[row] += starts[row - 1];
    int[] next = starts.clone();
    int[] order = new int[rows.length];
    for (int i = 0; i < rows.length; i++) order[next[rows[i]]++] = i;
    return order;
  }

  /** Returns an index of a shape that repeats numbers along all axes but one. */
  private static Operand spread(int[] numbers, int axis, Shape shape) {
    MemorySegment data = Scratch.own().line(1, numbers.length);
    MemorySegment.copy(numbers, 0, data, ValueLayout.JAVA_INT, 0, numbers.length);
    int[] dims = new int[shape.rank() - axis];
    Arrays.fill(dims, 1);
    dims[0] = numbers.length;
    return new Operand(DType.I32, Layout.contiguous(Shape.of(dims)).expand(shape), data);
  }
}
