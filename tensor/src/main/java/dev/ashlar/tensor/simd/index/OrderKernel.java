package dev.ashlar.tensor.simd.index;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Sort and top-k along any axis, of elements of four or eight bytes: x is seen as [pre, size,
 * post], and read some lines along the axis at a time, which are neighbours in memory.
 */
public final class OrderKernel implements Kernel {
  /** Elements of a chunk: worth handing to another thread. */
  private static final long GRAIN = 8 * Blocks.SIZE;

  /** The most lines across memory that are read at a time: they share lines of the cache. */
  private static final int LINES = 16;

  private final int axis;
  private final boolean descending;

  public OrderKernel(int axis, boolean descending) {
    this.axis = axis;
    this.descending = descending;
  }

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand x = inputs.getFirst();
    if (outputs.getFirst().size() == 0) return;
    Shape shape = x.shape();
    int size = shape.dim(axis);
    long pre = shape.slice(0, axis).size();
    long post = shape.slice(axis + 1, shape.rank()).size();
    if (post == 1) orderRows(x, outputs, size, pre);
    else orderColumns(x, outputs, size, pre, post);
  }

  private void orderRows(Operand x, List<Operand> outputs, int size, long rows) {
    int most = Math.max(1, Blocks.SIZE / size);
    Parallel.range(
        rows,
        Math.max(most, GRAIN / size),
        (first, end) -> {
          var batch = new Batch(x, outputs, size, most);
          for (long row = first; row < end; row += most) {
            int count = (int) Math.min(most, end - row);
            batch.keys.readRows(row * size, batch.all, count * size);
            batch.order(count, row * size, size);
            for (int i = 0; i < count; i++) batch.writeLine(i, (row + i) * batch.wanted);
          }
        });
  }

  private void orderColumns(Operand x, List<Operand> outputs, int size, long pre, long post) {
    int most = (int) Math.min(post, Math.clamp(Scratch.MOST_KEYS / size, 1, LINES));
    long groups = Math.ceilDiv(post, most);
    Parallel.range(
        pre * groups,
        Math.max(1, GRAIN / ((long) size * most)),
        (first, end) -> {
          var batch = new Batch(x, outputs, size, most);
          for (long group = first; group < end; group++) {
            long number = group / groups;
            long column = group % groups * most;
            int count = (int) Math.min(most, post - column);
            long from = number * size * post + column;
            long to = number * batch.wanted * post + column;
            batch.keys.readColumns(from, post, batch.all, size, count);
            batch.order(count, from, 1);
            for (int i = 0; i < batch.wanted; i++) batch.writeRank(i, count, to + i * post);
          }
        });
  }

  /** Lines along the axis, some at a time. */
  private final class Batch {
    private final MemorySegment x;
    private final Operand values;
    private final Operand places;
    private final int size;
    private final int wanted;
    private final long stride;
    private final Window window;
    private final Keys keys;
    private final Ranks ranks;

    /** The keys of every line, then its places in order. */
    private final long[] all;

    /** Where in memory lines begin. */
    private final long[] starts = Scratch.own().m;

    Batch(Operand x, List<Operand> outputs, int size, int most) {
      this.x = x.data();
      this.values = outputs.get(0);
      this.places = outputs.get(1);
      this.size = size;
      this.wanted = values.shape().dim(axis);
      this.stride = x.layout().strideElements(axis);
      this.window = Window.of(x, x.shape());
      this.all = Scratch.own().keys(most * size);
      this.keys = new Keys(x.dtype(), window, descending);
      this.ranks = new Ranks(all, size, x.dtype().byteSize() == Long.BYTES);
    }

    /** Orders lines whose first elements are {@code from}, {@code from + pitch}, … */
    void order(int count, long from, long pitch) {
      for (int i = 0; i < count; i++) {
        starts[i] = window.place(from + i * pitch);
        System.arraycopy(ranks.first(wanted, i * size), 0, all, i * size, wanted);
      }
    }

    /** Writes all that is wanted of a line. */
    void writeLine(int line, long to) {
      write(wanted, line * size, 1, line, 0, to);
    }

    /** Writes one rank of the first lines. */
    void writeRank(int rank, int lines, long to) {
      write(lines, rank, size, 0, 1, to);
    }

    private void write(int count, int at, int step, int line, int lineStep, long to) {
      long valueAt = values.layout().offsetElements() + to;
      if (values.dtype().byteSize() == Long.BYTES) {
        moveLongs(count, at, step, line, lineStep, valueAt);
      } else {
        moveInts(count, at, step, line, lineStep, valueAt);
      }
      MemorySegment y = places.data();
      long placeAt = places.layout().offsetElements() + to;
      for (int i = 0; i < count; i++)
        y.setAtIndex(ValueLayout.JAVA_LONG, placeAt + i, (int) all[at + i * step]);
    }

    private void moveInts(int count, int at, int step, int line, int lineStep, long to) {
      MemorySegment y = values.data();
      for (int i = 0; i < count; i++) {
        long from = starts[line + i * lineStep] + (int) all[at + i * step] * stride;
        y.setAtIndex(ValueLayout.JAVA_INT, to + i, x.getAtIndex(ValueLayout.JAVA_INT, from));
      }
    }

    private void moveLongs(int count, int at, int step, int line, int lineStep, long to) {
      MemorySegment y = values.data();
      for (int i = 0; i < count; i++) {
        long from = starts[line + i * lineStep] + (int) all[at + i * step] * stride;
        y.setAtIndex(ValueLayout.JAVA_LONG, to + i, x.getAtIndex(ValueLayout.JAVA_LONG, from));
      }
    }
  }
}
