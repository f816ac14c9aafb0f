package dev.ashlar.tensor.simd.move;

import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.simd.elementwise.Casts;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;

/** Kernels that store and copy numbers. */
public final class MoveKernels {
  /** Elements worth handing to another thread. */
  private static final long GRAIN = 32 * Blocks.SIZE;

  /** Bytes that are filled at once. */
  private static final long BLOCK = 4096;

  private MoveKernels() {}

  /** Every element is {@code value}, as the element type holds it. */
  public static Kernel fill(double value) {
    return (_, outputs) -> {
      Operand y = outputs.getFirst();
      Parallel.range(y.size(), GRAIN, (first, end) -> fill(y, first, end, value));
    };
  }

  private static void fill(Operand y, long first, long end, double value) {
    long start = y.layout().offsetElements();
    y.setDouble(start + first, value);
    long bytes = y.dtype().byteSize();
    long from = (start + first) * bytes;
    long size = (end - first) * bytes;
    // What is filled already is copied behind itself, as long as caches hold it.
    long done = bytes;
    while (done < size) {
      long next = Math.min(Math.min(done, BLOCK), size - done);
      MemorySegment.copy(y.data(), from, y.data(), from + done, next);
      done += next;
    }
  }

  /** 0, 1, 2, … */
  public static Kernel arange() {
    return (_, outputs) -> {
      Operand y = outputs.getFirst();
      Blocks.forEach(
          y.size(),
          (from, count, scratch) -> {
            count(from, scratch.l, Blocks.padded(count));
            Casts.write(scratch.l, y, from, count, scratch);
          });
    };
  }

  private static void count(long from, long[] into, int count) {
    for (int i = 0; i < count; i++) into[i] = from + i;
  }

  /** The same elements in row-major order. */
  public static Kernel copy() {
    return (inputs, outputs) -> {
      Operand x = inputs.getFirst();
      Operand y = outputs.getFirst();
      if (x.isContiguous()) copyBytes(x.elements(), y.elements());
      else if (Tiles.isTransposed(x.layout())) new Tiles(x, y).copy();
      else if (Runs.areShort(x.layout())) new Runs(x, y).copy();
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
    long start = y.layout().offsetElements();
    Parallel.range(
        y.size(),
        GRAIN,
        (first, end) -> x.read(first, y.data(), start + first, (int) (end - first)));
  }
}
