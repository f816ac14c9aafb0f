package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.FloatBlock.load;
import static dev.ashlar.tensor.simd.FloatBlock.store;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Kernels that pick rows of an F32 table [V, ...] by number, and add rows to one. */
final class RowKernels {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Elements of a chunk: worth handing to another thread. */
  private static final int GRAIN = 32 * Blocks.SIZE;

  private RowKernels() {}

  /** (source [V, ...], index [...]) -> rows of source in the index's order. */
  static Kernel select(Op.IndexSelect op) {
    return (inputs, outputs) -> {
      Operand table = inputs.getFirst();
      Operand y = outputs.getFirst();
      int[] rows = rows(op, inputs.get(1), table.shape().dim(0));
      if (y.size() == 0) return;
      int width = (int) (y.size() / rows.length);
      long bytes = (long) width * Float.BYTES;
      Parallel.range(
          rows.length,
          Math.max(1, GRAIN / width),
          (first, end) -> {
            var source = new Source(table, width);
            for (int i = (int) first; i < end; i++) {
              source.load(rows[i]);
              MemorySegment.copy(
                  source.data, source.at, y.data(), i * bytes + y.offsetBytes(), bytes);
            }
          });
    };
  }

  /**
   * (into [V, ...], index [...], source [..., ...]): a copy of into, with rows of source added in
   * the index's order. Part by part of the table, which is in a near cache when rows are added to
   * it, and each by one thread, so that every sum has its order.
   */
  static Kernel add(Op.IndexAdd op) {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      if (y.size() == 0) return;
      int height = y.shape().dim(0);
      int width = (int) (y.size() / height);
      long bytes = (long) width * Float.BYTES;
      int[] rows = rows(op, inputs.get(1), height);
      int[] starts = new int[height + 1];
      int[] order = byRow(rows, starts);
      Window into = Window.of(inputs.get(0), y.shape());
      Parallel.range(
          height,
          Math.max(1, GRAIN / width),
          (first, end) -> {
            int count = (int) (end - first) * width;
            MemorySegment part = y.elements().asSlice(first * bytes, count * (long) Float.BYTES);
            into.read(first * width, part, count);
            var source = new Source(inputs.get(2), width);
            for (int row = (int) first; row < end; row++) {
              long at = y.offsetBytes() + row * bytes;
              for (int i = starts[row]; i < starts[row + 1]; i++) {
                source.load(order[i]);
                add(source.data, source.at, y.data(), at, width);
              }
            }
          });
    };
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

  private static void add(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    int whole = count - count % LANES;
    if (whole > 0) addWhole(x, xAt, y, yAt, whole);
    for (int i = whole; i < count; i++) {
      long byteAt = (long) i * Float.BYTES;
      y.set(FLOAT, yAt + byteAt, y.get(FLOAT, yAt + byteAt) + x.get(FLOAT, xAt + byteAt));
    }
  }

  private static void addWhole(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      long byteAt = (long) i * Float.BYTES;
      store(load(y, yAt + byteAt).add(load(x, xAt + byteAt)), y, yAt + byteAt);
    }
  }

  private static int[] rows(Op op, Operand index, int size) {
    int[] rows = numbers(index);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < 0 || rows[i] >= size) {
        throw new IndexOutOfBoundsException(
            "%s: index %d is outside axis 0 of size %d"
                .formatted(op.label(), index.getLong(position(index.layout(), i)), size));
      }
    }
    return rows;
  }

  /** Returns an index's numbers; -1 for those that no int can hold. */
  private static int[] numbers(Operand index) {
    int[] numbers = new int[Math.toIntExact(index.size())];
    if (index.dtype() == DType.I32 && index.isContiguous()) {
      MemorySegment.copy(
          index.data(), ValueLayout.JAVA_INT, index.offsetBytes(), numbers, 0, numbers.length);
      return numbers;
    }
    for (int i = 0; i < numbers.length; i++) {
      long number = index.getLong(position(index.layout(), i));
      numbers[i] = number == (int) number ? (int) number : -1;
    }
    return numbers;
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

  /** A row of an operand at a time: where it lies if side by side there, else copied. */
  private static final class Source {
    private final Window window;
    private final int width;
    private final MemorySegment room;

    private MemorySegment data;
    private long at;

    Source(Operand x, int width) {
      this.window = Window.of(x, x.shape());
      this.width = width;
      this.room = Scratch.own().line(0, width);
    }

    void load(long row) {
      long direct = window.sideBySide(row * width, width);
      if (direct >= 0) {
        data = window.data();
        at = direct * Float.BYTES;
      } else {
        window.read(row * width, room, width);
        data = room;
        at = 0;
      }
    }
  }
}
