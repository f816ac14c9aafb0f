package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.matmul.MicroKernels.HEIGHT;
import static dev.ashlar.tensor.simd.matmul.MicroKernels.ROW;

import dev.ashlar.tensor.simd.lanes.Squares;
import java.util.Arrays;

/**
 * The left matrix of a product, whose rows are copied for the micro-kernels: {@link
 * MicroKernels#ROW} numbers apart, in blocks of {@link MicroKernels#HEIGHT}.
 */
final class LeftRows {
  /** Numbers of a block. */
  static final int BLOCK = HEIGHT * ROW;

  private final Matrix matrix;
  private final boolean liesByColumns;

  LeftRows(Matrix matrix) {
    this.matrix = matrix;
    this.liesByColumns = matrix.rowStride() == 1 && matrix.columnStride() != 1;
  }

  /**
   * Packs rows, and zeros for those that a micro-kernel has too many.
   *
   * @param from the first of {@code layer} columns, at most {@link MicroKernels#DEPTH}
   * @param at where the first row is to begin
   */
  void pack(int row, int rows, int from, int layer, float[] to, int at) {
    if (liesByColumns && Squares.fit() && rows >= LANES && layer >= LANES) {
      packTurned(matrix.from(row, from).transposed(), rows, layer, to, at);
    } else {
      for (int r = 0; r < rows; r++) matrix.readRow(row + r, from, to, at + r * ROW, layer);
    }
    int last = (rows + HEIGHT - 1) / HEIGHT * HEIGHT;
    for (int r = rows; r < last; r++) {
      Arrays.fill(to, at + r * ROW, at + r * ROW + layer, 0f);
    }
  }

  /**
   * Packs rows by squares that are transposed in registers; the last squares overlap those before.
   */
  private static void packTurned(Matrix columns, int rows, int layer, float[] to, int at) {
    long stride = columns.rowStride() * Float.BYTES;
    for (int k = 0; k < layer; k += LANES) {
      int column = Math.min(k, layer - LANES);
      for (int r = 0; r < rows; r += LANES) {
        int row = Math.min(r, rows - LANES);
        long from = columns.from(column, row).offset() * Float.BYTES;
        Squares.transpose(columns.data(), from, stride, to, at + row * ROW + column, ROW);
      }
    }
  }
}
