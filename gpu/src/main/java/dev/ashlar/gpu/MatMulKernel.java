package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The batched matrix product, [M, K] @ [K, N], in square tiles through local memory: a work group
 * per tile of the result, a work item per element. The grid has one dimension; rows and columns
 * come of the flat index.
 */
final class MatMulKernel {
  /** The side of a tile. */
  static final int TILE = 16;

  /** The work items of a group. */
  static final int GROUP = TILE * TILE;

  private MatMulKernel() {}

  /** Returns the work groups of a product. */
  static long groups(long batch, int rows, int columns) {
    return batch * tiles(rows) * tiles(columns);
  }

  private static int tiles(int size) {
    return (size + TILE - 1) / TILE;
  }

  /**
   * Plain counterpart: {@code MatMul} of {@code dev.ashlar.tensor.reference}. Entry {@code at} of
   * the {@link Geometry} says where the matrices of a batch begin; {@code steps} is where it holds
   * the strides of a row and a column of the left matrix, then of the right.
   */
  static void matmul(
      KernelContext c,
      FloatArray a,
      FloatArray b,
      FloatArray y,
      IntArray g,
      int at,
      int steps,
      int rows,
      int inner,
      int columns) {
    int me = c.localIdx;
    int group = c.groupIdx;
    int tilesAcross = (columns + TILE - 1) / TILE;
    int tilesDown = (rows + TILE - 1) / TILE;
    int batch = group / (tilesAcross * tilesDown);
    int tile = group - batch * tilesAcross * tilesDown;
    int down = tile / tilesAcross;
    int i = me / TILE;
    int j = me - i * TILE;
    int row = down * TILE + i;
    int column = (tile - down * tilesAcross) * TILE + j;
    int left = Geometry.index(g, at, 0, batch) + row * g.get(steps);
    int right = Geometry.index(g, at, 1, batch) + column * g.get(steps + 3);
    float[] tileA = c.allocateFloatLocalArray(GROUP);
    float[] tileB = c.allocateFloatLocalArray(GROUP);
    float sum = 0.0f;
    for (int k = 0; k < inner; k += TILE) {
      float u = 0.0f;
      float v = 0.0f;
      if (row < rows && k + j < inner) {
        u = a.get(left + (k + j) * g.get(steps + 1));
      }
      if (column < columns && k + i < inner) {
        v = b.get(right + (k + i) * g.get(steps + 2));
      }
      tileA[me] = u;
      tileB[me] = v;
      c.localBarrier();
      for (int l = 0; l < TILE; l++) {
        sum += tileA[i * TILE + l] * tileB[l * TILE + j];
      }
      c.localBarrier();
    }
    if (row < rows && column < columns) {
      y.set((batch * rows + row) * columns + column, sum);
    }
  }

  /** The same of F64. */
  static void matmulOfDoubles(
      KernelContext c,
      DoubleArray a,
      DoubleArray b,
      DoubleArray y,
      IntArray g,
      int at,
      int steps,
      int rows,
      int inner,
      int columns) {
    int me = c.localIdx;
    int group = c.groupIdx;
    int tilesAcross = (columns + TILE - 1) / TILE;
    int tilesDown = (rows + TILE - 1) / TILE;
    int batch = group / (tilesAcross * tilesDown);
    int tile = group - batch * tilesAcross * tilesDown;
    int down = tile / tilesAcross;
    int i = me / TILE;
    int j = me - i * TILE;
    int row = down * TILE + i;
    int column = (tile - down * tilesAcross) * TILE + j;
    int left = Geometry.index(g, at, 0, batch) + row * g.get(steps);
    int right = Geometry.index(g, at, 1, batch) + column * g.get(steps + 3);
    double[] tileA = c.allocateDoubleLocalArray(GROUP);
    double[] tileB = c.allocateDoubleLocalArray(GROUP);
    double sum = 0.0;
    for (int k = 0; k < inner; k += TILE) {
      double u = 0.0;
      double v = 0.0;
      if (row < rows && k + j < inner) {
        u = a.get(left + (k + j) * g.get(steps + 1));
      }
      if (column < columns && k + i < inner) {
        v = b.get(right + (k + i) * g.get(steps + 2));
      }
      tileA[me] = u;
      tileB[me] = v;
      c.localBarrier();
      for (int l = 0; l < TILE; l++) {
        sum += tileA[i * TILE + l] * tileB[l * TILE + j];
      }
      c.localBarrier();
    }
    if (row < rows && column < columns) {
      y.set((batch * rows + row) * columns + column, sum);
    }
  }
}
