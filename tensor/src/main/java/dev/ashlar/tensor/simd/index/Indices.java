package dev.ashlar.tensor.simd.index;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Operand;

/** The numbers of an index, each of which must name a place along an axis. */
final class Indices {
  private final Op op;
  private final Operand index;
  private final Window window;
  private final int axis;
  private final int size;

  /** Reads an index of an operation to an axis of {@code size} places. */
  Indices(Op op, Operand index, int axis, int size) {
    this.op = op;
    this.index = index;
    this.window = Window.of(index, index.shape());
    this.axis = axis;
    this.size = size;
  }

  /** Returns all numbers in row-major order. */
  int[] all() {
    int[] all = new int[Math.toIntExact(index.size())];
    Scratch scratch = Scratch.own();
    for (int from = 0; from < all.length; from += Blocks.SIZE) {
      int count = Math.min(Blocks.SIZE, all.length - from);
      read(from, scratch.i, scratch, count);
      System.arraycopy(scratch.i, 0, all, from, count);
    }
    return all;
  }

  /** Reads numbers {@code from}, {@code from + 1}, …, a block at most. */
  void read(long from, int[] into, Scratch scratch, int count) {
    boolean inside;
    if (index.dtype() == DType.I64) {
      window.read(from, scratch.n, count);
      inside = areInside(scratch.n, count);
      narrow(scratch.n, into, count);
    } else {
      window.read(from, into, count);
      inside = areInside(into, count);
    }
    if (!inside) throw outside();
  }

  private static void narrow(long[] numbers, int[] into, int count) {
    for (int i = 0; i < count; i++) into[i] = (int) numbers[i];
  }

  private boolean areInside(long[] numbers, int count) {
    long greatest = size - 1L;
    long signs = 0;
    for (int i = 0; i < count; i++) signs |= numbers[i] | greatest - numbers[i];
    return signs >= 0;
  }

  private boolean areInside(int[] numbers, int count) {
    int greatest = size - 1;
    int signs = 0;
    for (int i = 0; i < count; i++) signs |= numbers[i] | greatest - numbers[i];
    return signs >= 0;
  }

  /** Names the first number of all that is outside, so that the error depends on no thread. */
  private IndexOutOfBoundsException outside() {
    for (long i = 0; i < index.size(); i++) {
      long number = index.getLong(window.place(i));
      if (number < 0 || number >= size) {
        return new IndexOutOfBoundsException(
            "%s: index %d is outside axis %d of size %d".formatted(op.label(), number, axis, size));
      }
    }
    throw new AssertionError("every index is inside: " + op.label());
  }
}
