package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.MicroKernels.HEIGHT;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.ROW;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The left matrix of a product, whose rows are copied for the micro-kernels: in blocks of {@link
 * MicroKernels#HEIGHT}, row by row, or column by column where they lie so in memory.
 */
final class LeftRows {
  /** Numbers of a block. */
  static final int BLOCK = HEIGHT * ROW;

  /** A block's numbers of a column, or as many as a vector has. */
  private static final VectorSpecies<Float> COLUMN =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Math.min(HEIGHT, LANES) * Float.SIZE));

  private final Matrix matrix;
  private final boolean liesByColumns;

  LeftRows(Matrix matrix) {
    this.matrix = matrix;
    this.liesByColumns = matrix.rowStride() == 1 && matrix.columnStride() != 1;
  }

  /** Returns whether a block of so many rows is packed column by column. */
  boolean byColumns(int rows) {
    return liesByColumns && rows == HEIGHT;
  }

  /**
   * Packs rows in blocks, and zeros for the rows that a micro-kernel has too many.
   *
   * @param from the first of {@code layer} columns, at most {@link MicroKernels#DEPTH}
   */
  void pack(int row, int rows, int from, int layer, float[] to) {
    int whole = liesByColumns ? rows / HEIGHT : 0;
    int block = 0;
    for (; block + 4 <= whole; block += 4) {
      packFourBlocks(matrix.from(row + block * HEIGHT, from), layer, to, block * BLOCK);
    }
    for (; block < whole; block++) {
      packBlock(matrix.from(row + block * HEIGHT, from), layer, to, block * BLOCK);
    }
    for (int r = whole * HEIGHT; r < rows; r++) matrix.readRow(row + r, from, to, at(r), layer);
    int last = rows % HEIGHT;
    int used = last == 1 ? 1 : last <= 4 ? 4 : HEIGHT;
    if (last == 0) return;
    for (int r = last; r < used; r++) {
      int at = at(rows - last + r);
      Arrays.fill(to, at, at + layer, 0f);
    }
  }

  private static int at(int row) {
    return row / HEIGHT * BLOCK + row % HEIGHT * ROW;
  }

  // Four blocks of a column at once, since they share its cache lines.
  private static void packFourBlocks(Matrix part, int layer, float[] to, int at) {
    MemorySegment data = FloatBlock.known(part.data());
    long from = part.offset() * Float.BYTES;
    long stride = part.columnStride() * Float.BYTES;
    for (int k = 0; k < layer; k++) {
      long column = from + k * stride;
      int line = at + k * HEIGHT;
      copy(data, column, 0, to, line);
      copy(data, column, 1, to, line + BLOCK);
      copy(data, column, 2, to, line + 2 * BLOCK);
      copy(data, column, 3, to, line + 3 * BLOCK);
    }
  }

  private static void packBlock(Matrix part, int layer, float[] to, int at) {
    MemorySegment data = FloatBlock.known(part.data());
    long from = part.offset() * Float.BYTES;
    long stride = part.columnStride() * Float.BYTES;
    for (int k = 0; k < layer; k++) {
      copy(data, from + k * stride, 0, to, at + k * HEIGHT);
    }
  }

  private static void copy(MemorySegment data, long column, int block, float[] to, int at) {
    for (int r = 0; r < HEIGHT; r += COLUMN.length()) {
      long from = column + (block * HEIGHT + r) * (long) Float.BYTES;
      FloatVector.fromMemorySegment(COLUMN, data, from, FloatBlock.ORDER).intoArray(to, at + r);
    }
  }
}
