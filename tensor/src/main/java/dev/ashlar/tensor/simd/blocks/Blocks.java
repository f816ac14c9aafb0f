package dev.ashlar.tensor.simd.blocks;

import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How elementwise kernels go through a result: in blocks that fit the first-level cache, each read
 * into arrays, computed there and written back. Arrays are as long as a block even for the last
 * one, so that every element is computed by whole vectors.
 */
public final class Blocks {
  /** Elements of a block: a multiple of every vector's length. */
  public static final int SIZE = 1024;

  /** Fewer rounds than this C2 does not make vectors of. */
  private static final int SHORTEST = 256;

  /** Elements worth handing to another thread. */
  private static final long GRAIN = 32 * SIZE;

  private Blocks() {}

  /** Computes the block that begins at element {@code from}. */
  @FunctionalInterface
  public interface Block {
    void compute(long from, int count, Scratch scratch);
  }

  /** Computes every block of {@code size} elements, on any threads. */
  public static void forEach(long size, Block block) {
    Parallel.range(
        size,
        GRAIN,
        (first, end) -> {
          Scratch scratch = Scratch.own();
          for (long from = first; from < end; from += SIZE) {
            block.compute(from, (int) Math.min(SIZE, end - from), scratch);
          }
        });
  }

  /**
   * Returns how many elements a loop over a block's arrays computes: some more than there are in a
   * small one. Compiled while all tensors are small, a loop would else stay one without vectors.
   */
  public static int padded(int count) {
    return Math.ceilDiv(count, SHORTEST) * SHORTEST;
  }

  /** Stores elements {@code from}, {@code from + 1}, … of a contiguous F32 result. */
  public static void write(Operand y, long from, float[] values, int count) {
    copy(values, ValueLayout.JAVA_FLOAT, y, from, count);
  }

  /** Stores elements of a contiguous F64 result. */
  public static void write(Operand y, long from, double[] values, int count) {
    copy(values, ValueLayout.JAVA_DOUBLE, y, from, count);
  }

  /** Stores elements of four bytes, bit by bit. */
  public static void write(Operand y, long from, int[] values, int count) {
    copy(values, ValueLayout.JAVA_INT, y, from, count);
  }

  /** Stores elements of eight bytes, bit by bit. */
  public static void write(Operand y, long from, long[] values, int count) {
    copy(values, ValueLayout.JAVA_LONG, y, from, count);
  }

  /** Stores elements of one byte. */
  public static void write(Operand y, long from, byte[] values, int count) {
    copy(values, ValueLayout.JAVA_BYTE, y, from, count);
  }

  private static void copy(Object values, ValueLayout element, Operand y, long from, int count) {
    long at = y.layout().offsetElements() + from;
    MemorySegment.copy(values, 0, y.data(), element, at * element.byteSize(), count);
  }
}
