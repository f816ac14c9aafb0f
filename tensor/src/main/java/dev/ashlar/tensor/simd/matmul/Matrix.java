package dev.ashlar.tensor.simd.matmul;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Numbers of F32 or F64 as a matrix in memory: element (i, j) is number {@code offset + i·rowStride
 * + j·columnStride}.
 */
record Matrix(MemorySegment data, long offset, long rowStride, long columnStride) {
  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  /** Returns the same strides from another first element. */
  Matrix from(long row, long column) {
    return new Matrix(
        data, offset + row * rowStride + column * columnStride, rowStride, columnStride);
  }

  /** Returns the same numbers, rows as columns. */
  Matrix transposed() {
    return new Matrix(data, offset, columnStride, rowStride);
  }

  /**
   * Copies part of a row; {@code count} numbers beginning at (row, column) come to lie at {@code
   * to[at]} on.
   */
  void readRow(long row, long column, float[] to, int at, int count) {
    long from = offset + row * rowStride + column * columnStride;
    if (columnStride == 1) MemorySegment.copy(data, FLOAT, from * Float.BYTES, to, at, count);
    else
      for (int i = 0; i < count; i++) to[at + i] = data.getAtIndex(FLOAT, from + i * columnStride);
  }

  /** Copies part of a row of F64. */
  void readRow(long row, long column, double[] to, int at, int count) {
    long from = offset + row * rowStride + column * columnStride;
    if (columnStride == 1) MemorySegment.copy(data, DOUBLE, from * Double.BYTES, to, at, count);
    else
      for (int i = 0; i < count; i++) to[at + i] = data.getAtIndex(DOUBLE, from + i * columnStride);
  }

  /** Stores part of a row of F64 whose numbers lie side by side. */
  void writeRow(long row, long column, double[] from, int at, int count) {
    long to = offset + row * rowStride + column * columnStride;
    MemorySegment.copy(from, at, data, DOUBLE, to * Double.BYTES, count);
  }

  /** Stores part of a row whose numbers lie side by side. */
  void writeRow(long row, long column, float[] from, int at, int count) {
    long to = offset + row * rowStride + column * columnStride;
    MemorySegment.copy(from, at, data, FLOAT, to * Float.BYTES, count);
  }

  /** Stores part of a row wherever its numbers lie. */
  void writeStrided(long row, long column, float[] from, int at, int count) {
    long to = offset + row * rowStride + column * columnStride;
    for (int i = 0; i < count; i++) data.setAtIndex(FLOAT, to + i * columnStride, from[at + i]);
  }
}
