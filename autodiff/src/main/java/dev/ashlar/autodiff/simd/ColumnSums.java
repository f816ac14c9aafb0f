package dev.ashlar.autodiff.simd;

import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.util.Arrays;

/**
 * Sums of each column over the rows of a tensor, as the gradients of a norm's weight are: a few
 * rows in single precision, then parts in double precision, which the number of rows alone cuts.
 */
final class ColumnSums {
  // At most so many, whatever the number of threads.
  private static final int PARTS = 64;

  // So many rows are summed up in single precision: of more, sums lose more than a composition's.
  private static final int ROWS = 4;

  private final long rowsPerPart;
  private final double[][] parts;

  ColumnSums(long rows, int dim) {
    this.rowsPerPart = Math.max(Lanes.grain(dim), Math.ceilDiv(rows, PARTS));
    this.parts = new double[(int) Math.ceilDiv(rows, rowsPerPart)][FloatVectors.wholeVectors(dim)];
  }

  /** Returns how many rows one thread sums up. */
  long rowsPerPart() {
    return rowsPerPart;
  }

  /** Returns whether the sums of rows {@code from} to {@code row} are to be added to a part. */
  static boolean due(long row, long from, long to) {
    return (row - from + 1) % ROWS == 0 || row == to - 1;
  }

  /** Returns the part that begins with row {@code from}, in whole vectors. */
  double[] part(long from) {
    return parts[(int) (from / rowsPerPart)];
  }

  /** Adds sums to the part that begins with row {@code from}, and sets them to 0. */
  void add(long from, float[] sums) {
    double[] part = part(from);
    for (int i = 0; i < sums.length; i++) part[i] += sums[i];
    Arrays.fill(sums, 0);
  }

  /** Writes the sums of all rows. */
  void write(Operand y) {
    double[] total = new double[Rows.of(y).width()];
    for (double[] part : parts) for (int i = 0; i < total.length; i++) total[i] += part[i];
    Rows.of(y).write(0, total);
  }
}
