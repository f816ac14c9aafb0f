package dev.ashlar.moba.model;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Some consecutive rows of one head of an operand [S, G, D], copied together and computed with in
 * double precision. Not for use by several threads.
 */
final class HeadStrip {
  /** The most rows at a time. */
  static final int ROWS = 64;

  private final Operand operand;
  private final HeadReader reader;
  private final int size;
  private final boolean single; // whether the rows are in floats, else in doubles
  private final float[] floats;
  private final double[] doubles;
  private final double[] row;

  HeadStrip(Operand operand) {
    this.operand = operand;
    this.reader = new HeadReader(operand);
    this.size = operand.shape().dim(2);
    this.single = operand.dtype() == DType.F32 && operand.layout().strideElements(2) == 1;
    this.floats = new float[single ? ROWS * size : 0];
    this.doubles = new double[single ? 0 : ROWS * size];
    this.row = new double[size];
  }

  /** Reads the rows {@code from} to {@code to} of a head. */
  void read(int from, int to, int head) {
    for (int j = from; j < to; j++) {
      if (single) {
        long at = CacheOps.index(operand, j, head, 0) * Float.BYTES;
        MemorySegment.copy(
            operand.data(), ValueLayout.JAVA_FLOAT, at, floats, (j - from) * size, size);
      } else {
        reader.read(j, head, row);
        System.arraycopy(row, 0, doubles, (j - from) * size, size);
      }
    }
  }

  /** Returns the product of the {@code i}-th row read with a query. */
  double dot(double[] query, int i) {
    return single ? dot(query, floats, i * size) : dot(query, doubles, i * size);
  }

  /** Adds the {@code i}-th row read, times a weight. */
  void addTo(double[] sum, double weight, int i) {
    int at = i * size;
    if (single) {
      for (int d = 0; d < sum.length; d++) sum[d] = Math.fma(weight, floats[at + d], sum[d]);
    } else {
      for (int d = 0; d < sum.length; d++) sum[d] = Math.fma(weight, doubles[at + d], sum[d]);
    }
  }

  // Four sums, since each addition waits for the one before it.

  private static double dot(double[] query, float[] row, int at) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int d = 0;
    for (; d + 3 < query.length; d += 4) {
      sum0 = Math.fma(query[d], row[at + d], sum0);
      sum1 = Math.fma(query[d + 1], row[at + d + 1], sum1);
      sum2 = Math.fma(query[d + 2], row[at + d + 2], sum2);
      sum3 = Math.fma(query[d + 3], row[at + d + 3], sum3);
    }
    for (; d < query.length; d++) sum0 = Math.fma(query[d], row[at + d], sum0);
    return sum0 + sum1 + (sum2 + sum3);
  }

  private static double dot(double[] query, double[] row, int at) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int d = 0;
    for (; d + 3 < query.length; d += 4) {
      sum0 = Math.fma(query[d], row[at + d], sum0);
      sum1 = Math.fma(query[d + 1], row[at + d + 1], sum1);
      sum2 = Math.fma(query[d + 2], row[at + d + 2], sum2);
      sum3 = Math.fma(query[d + 3], row[at + d + 3], sum3);
    }
    for (; d < query.length; d++) sum0 = Math.fma(query[d], row[at + d], sum0);
    return sum0 + sum1 + (sum2 + sum3);
  }
}
