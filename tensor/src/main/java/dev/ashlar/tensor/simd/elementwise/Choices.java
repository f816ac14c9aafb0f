package dev.ashlar.tensor.simd.elementwise;

import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;

/**
 * Kernels that choose by a truth value, element by element and bit by bit, without a branch that a
 * random mask would mislead.
 */
public final class Choices {
  private Choices() {}

  /** Chooses a block from two inputs by {@code scratch.p}. */
  @FunctionalInterface
  private interface Block {
    void choose(Window a, Window b, Operand y, long from, int count, Scratch scratch);
  }

  /** Returns whether there is a kernel for elements of this size. */
  public static boolean fit(int bytes) {
    return bytes == 1 || bytes == 4 || bytes == 8;
  }

  /** condition ? a : b for elements of that many bytes. */
  public static Kernel where(int bytes) {
    Block block =
        switch (bytes) {
          case 1 -> Choices::bytes;
          case 4 -> Choices::ints;
          default -> Choices::longs;
        };
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      Window condition = Window.of(inputs.get(0), y.shape());
      Window a = Window.of(inputs.get(1), y.shape());
      Window b = Window.of(inputs.get(2), y.shape());
      Blocks.forEach(
          y.size(),
          (from, count, scratch) -> {
            condition.read(from, scratch.p, count);
            block.choose(a, b, y, from, count, scratch);
          });
    };
  }

  private static void bytes(Window a, Window b, Operand y, long from, int count, Scratch scratch) {
    a.read(from, scratch.q, count);
    b.read(from, scratch.r, count);
    choose(scratch.p, scratch.q, scratch.r, Blocks.padded(count));
    Blocks.write(y, from, scratch.q, count);
  }

  private static void ints(Window a, Window b, Operand y, long from, int count, Scratch scratch) {
    a.read(from, scratch.i, count);
    b.read(from, scratch.j, count);
    allOf(scratch.p, scratch.n, Blocks.padded(count));
    choose(scratch.n, scratch.i, scratch.j, Blocks.padded(count));
    Blocks.write(y, from, scratch.i, count);
  }

  private static void longs(Window a, Window b, Operand y, long from, int count, Scratch scratch) {
    a.read(from, scratch.l, count);
    b.read(from, scratch.m, count);
    allOf(scratch.p, scratch.n, Blocks.padded(count));
    choose(scratch.n, scratch.l, scratch.m, Blocks.padded(count));
    Blocks.write(y, from, scratch.l, count);
  }

  /** All bits or none, as longs: C2 makes vectors of bytes to longs, but not of bytes to ints. */
  private static void allOf(byte[] condition, long[] all, int count) {
    for (int i = 0; i < count; i++) all[i] = -(long) condition[i];
  }

  /** Replaces a by b where no bit is set. */
  private static void choose(long[] all, long[] a, long[] b, int count) {
    for (int i = 0; i < count; i++) a[i] = a[i] & all[i] | b[i] & ~all[i];
  }

  private static void choose(long[] all, int[] a, int[] b, int count) {
    for (int i = 0; i < count; i++) {
      int bits = (int) all[i];
      a[i] = a[i] & bits | b[i] & ~bits;
    }
  }

  private static void choose(byte[] condition, byte[] a, byte[] b, int count) {
    for (int i = 0; i < count; i++) a[i] = (byte) (b[i] ^ (a[i] ^ b[i]) & -condition[i]);
  }
}
