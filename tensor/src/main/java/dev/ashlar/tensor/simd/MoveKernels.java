package dev.ashlar.tensor.simd;

import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Kernels that store and copy numbers. */
final class MoveKernels {
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
    Blocks.forEach(
        y.size(),
        (from, count, scratch) -> {
          if (x.copied(from, y.data(), y.layout().offsetElements() + from, count)) return;
          x.read(from, scratch.i, count);
          Blocks.write(y, from, scratch.i, count);
        });
  }
}
