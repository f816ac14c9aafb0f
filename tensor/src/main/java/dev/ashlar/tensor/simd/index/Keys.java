package dev.ashlar.tensor.simd.index;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;

/**
 * Reads elements as longs in the same order, or in the opposite one: -0 equals 0, and NaN is
 * greater than all. Of elements of four bytes the lower half is 0.
 */
final class Keys {
  private static final int INFINITY = 0x7F80_0000;
  private static final long DOUBLE_INFINITY = 0x7FFL << 52;

  private final DType dtype;
  private final Window x;

  /** 0, or all ones to turn the order. */
  private final int turn;

  Keys(DType dtype, Window x, boolean turned) {
    this.dtype = dtype;
    this.x = x;
    this.turn = turned ? -1 : 0;
  }

  /** Reads elements {@code from}, {@code from + 1}, … */
  void readRows(long from, long[] into, int count) {
    Scratch scratch = Scratch.own();
    for (int at = 0; at < count; at += Blocks.SIZE) {
      read(from + at, scratch, into, at, Math.min(Blocks.SIZE, count - at));
    }
  }

  /**
   * Reads {@code count} columns side by side whose rows are {@code pitch} elements apart, one
   * column behind the other.
   */
  void readColumns(long from, long pitch, long[] into, int rows, int count) {
    Scratch scratch = Scratch.own();
    for (int row = 0; row < rows; row++) {
      read(from + row * pitch, scratch, scratch.m, 0, count);
      for (int i = 0; i < count; i++) into[i * rows + row] = scratch.m[i];
    }
  }

  private void read(long from, Scratch scratch, long[] into, int at, int count) {
    if (dtype.byteSize() == Long.BYTES) x.read(from, scratch.n, count);
    else x.read(from, scratch.i, count);
    switch (dtype) {
      case F32 -> ofFloats(scratch.i, turn, into, at, count);
      case I32 -> ofInts(scratch.i, turn, into, at, count);
      case F64 -> ofDoubles(scratch.n, turn, into, at, count);
      case I64 -> ofLongs(scratch.n, turn, into, at, count);
      case BOOL, BF16 -> throw new IllegalStateException("no keys of " + dtype);
    }
  }

  // A sign and a magnitude become a number of two's complement, so that both zeros are one.

  private static void ofFloats(int[] bits, int turn, long[] into, int at, int count) {
    for (int i = 0; i < count; i++) {
      int magnitude = bits[i] & Integer.MAX_VALUE;
      int sign = bits[i] >> 31;
      int nan = INFINITY - magnitude >> 31;
      int key = ((magnitude ^ sign) - sign) & ~nan | nan & Integer.MAX_VALUE;
      into[at + i] = (long) (key ^ turn) << 32;
    }
  }

  private static void ofInts(int[] numbers, int turn, long[] into, int at, int count) {
    for (int i = 0; i < count; i++) into[at + i] = (long) (numbers[i] ^ turn) << 32;
  }

  private static void ofDoubles(long[] bits, long turn, long[] into, int at, int count) {
    for (int i = 0; i < count; i++) {
      long magnitude = bits[i] & Long.MAX_VALUE;
      long sign = bits[i] >> 63;
      long nan = DOUBLE_INFINITY - magnitude >> 63;
      long key = ((magnitude ^ sign) - sign) & ~nan | nan & Long.MAX_VALUE;
      into[at + i] = key ^ turn;
    }
  }

  private static void ofLongs(long[] numbers, long turn, long[] into, int at, int count) {
    for (int i = 0; i < count; i++) into[at + i] = numbers[i] ^ turn;
  }
}
