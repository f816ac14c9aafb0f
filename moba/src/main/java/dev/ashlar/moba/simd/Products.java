package dev.ashlar.moba.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix products of attention on register blocks of eight rows by two vectors. Everything is
 * in float arrays and every loop is plain, because the compiler keeps about a hundred vector
 * operations of a method in registers and boxes them beyond.
 *
 * <p>Scores, probabilities and their gradients lie key by key with the queries of a tile along the
 * lanes: number (j, t) at {@code j * TILE + t}. Rows of queries, keys and values are padded with
 * zeros to {@link #padded} numbers.
 */
final class Products {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** The numbers of one vector. */
  static final int LANES = SPECIES.length();

  /** The queries of a tile: two vectors side by side. */
  static final int TILE = 2 * LANES;

  /** The rows of a register block: arrays are read, and gradients of keys written, in eights. */
  static final int ROWS = 8;

  private Products() {}

  /** Returns the size to which rows of {@code size} numbers are padded. */
  static int padded(int size) {
    int unit = Math.max(LANES, ROWS);
    return Math.ceilDiv(size, unit) * unit;
  }

  /**
   * Writes scores (j, t) = row j · query t for {@code count} rows, rounded up to eights.
   *
   * @param rows keys, values or means, row j from {@code at + j * depth}
   * @param queries the queries of the tile, transposed: number d of query t at d * TILE + t
   */
  static void scores(float[] rows, int at, int count, int depth, float[] queries, float[] scores) {
    for (int j = 0; j < count; j += ROWS) {
      eightScores(rows, at + j * depth, depth, queries, scores, j * TILE);
    }
  }

  private static void eightScores(
      float[] rows, int at, int depth, float[] queries, float[] scores, int to) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector c00 = zero, c01 = zero;
    FloatVector c10 = zero, c11 = zero;
    FloatVector c20 = zero, c21 = zero;
    FloatVector c30 = zero, c31 = zero;
    FloatVector c40 = zero, c41 = zero;
    FloatVector c50 = zero, c51 = zero;
    FloatVector c60 = zero, c61 = zero;
    FloatVector c70 = zero, c71 = zero;
    int row1 = at + depth;
    int row2 = at + 2 * depth;
    int row3 = at + 3 * depth;
    int row4 = at + 4 * depth;
    int row5 = at + 5 * depth;
    int row6 = at + 6 * depth;
    int row7 = at + 7 * depth;
    for (int d = 0; d < depth; d++) {
      FloatVector q0 = FloatVector.fromArray(SPECIES, queries, d * TILE);
      FloatVector q1 = FloatVector.fromArray(SPECIES, queries, d * TILE + LANES);
      FloatVector x = FloatVector.broadcast(SPECIES, rows[at + d]);
      c00 = x.fma(q0, c00);
      c01 = x.fma(q1, c01);
      x = FloatVector.broadcast(SPECIES, rows[row1 + d]);
      c10 = x.fma(q0, c10);
      c11 = x.fma(q1, c11);
      x = FloatVector.broadcast(SPECIES, rows[row2 + d]);
      c20 = x.fma(q0, c20);
      c21 = x.fma(q1, c21);
      x = FloatVector.broadcast(SPECIES, rows[row3 + d]);
      c30 = x.fma(q0, c30);
      c31 = x.fma(q1, c31);
      x = FloatVector.broadcast(SPECIES, rows[row4 + d]);
      c40 = x.fma(q0, c40);
      c41 = x.fma(q1, c41);
      x = FloatVector.broadcast(SPECIES, rows[row5 + d]);
      c50 = x.fma(q0, c50);
      c51 = x.fma(q1, c51);
      x = FloatVector.broadcast(SPECIES, rows[row6 + d]);
      c60 = x.fma(q0, c60);
      c61 = x.fma(q1, c61);
      x = FloatVector.broadcast(SPECIES, rows[row7 + d]);
      c70 = x.fma(q0, c70);
      c71 = x.fma(q1, c71);
    }
    c00.intoArray(scores, to);
    c01.intoArray(scores, to + LANES);
    c10.intoArray(scores, to + TILE);
    c11.intoArray(scores, to + TILE + LANES);
    c20.intoArray(scores, to + 2 * TILE);
    c21.intoArray(scores, to + 2 * TILE + LANES);
    c30.intoArray(scores, to + 3 * TILE);
    c31.intoArray(scores, to + 3 * TILE + LANES);
    c40.intoArray(scores, to + 4 * TILE);
    c41.intoArray(scores, to + 4 * TILE + LANES);
    c50.intoArray(scores, to + 5 * TILE);
    c51.intoArray(scores, to + 5 * TILE + LANES);
    c60.intoArray(scores, to + 6 * TILE);
    c61.intoArray(scores, to + 6 * TILE + LANES);
    c70.intoArray(scores, to + 7 * TILE);
    c71.intoArray(scores, to + 7 * TILE + LANES);
  }

  /**
   * Adds to each row t of {@code into} the sum over j of weight (j, t) times row j.
   *
   * @param into row t from {@code offsets[t]}, for every t of the tile
   */
  static void collect(
      float[] weights, float[] rows, int at, int count, int depth, float[] into, int[] offsets) {
    for (int t = 0; t < TILE; t += ROWS) {
      int d = 0;
      for (; d + TILE <= depth; d += TILE) {
        eightCollected(weights, t, rows, at + d, count, depth, into, offsets, d);
      }
      if (d < depth) {
        eightCollectedNarrow(weights, t, rows, at + d, count, depth, into, offsets, d);
      }
    }
  }

  private static void eightCollected(
      float[] weights,
      int t,
      float[] rows,
      int at,
      int count,
      int depth,
      float[] into,
      int[] offsets,
      int d) {
    int row0 = offsets[t] + d;
    int row1 = offsets[t + 1] + d;
    int row2 = offsets[t + 2] + d;
    int row3 = offsets[t + 3] + d;
    int row4 = offsets[t + 4] + d;
    int row5 = offsets[t + 5] + d;
    int row6 = offsets[t + 6] + d;
    int row7 = offsets[t + 7] + d;
    FloatVector c00 = FloatVector.fromArray(SPECIES, into, row0);
    FloatVector c01 = FloatVector.fromArray(SPECIES, into, row0 + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, into, row1);
    FloatVector c11 = FloatVector.fromArray(SPECIES, into, row1 + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, into, row2);
    FloatVector c21 = FloatVector.fromArray(SPECIES, into, row2 + LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, into, row3);
    FloatVector c31 = FloatVector.fromArray(SPECIES, into, row3 + LANES);
    FloatVector c40 = FloatVector.fromArray(SPECIES, into, row4);
    FloatVector c41 = FloatVector.fromArray(SPECIES, into, row4 + LANES);
    FloatVector c50 = FloatVector.fromArray(SPECIES, into, row5);
    FloatVector c51 = FloatVector.fromArray(SPECIES, into, row5 + LANES);
    FloatVector c60 = FloatVector.fromArray(SPECIES, into, row6);
    FloatVector c61 = FloatVector.fromArray(SPECIES, into, row6 + LANES);
    FloatVector c70 = FloatVector.fromArray(SPECIES, into, row7);
    FloatVector c71 = FloatVector.fromArray(SPECIES, into, row7 + LANES);
    for (int j = 0; j < count; j++) {
      FloatVector v0 = FloatVector.fromArray(SPECIES, rows, at + j * depth);
      FloatVector v1 = FloatVector.fromArray(SPECIES, rows, at + j * depth + LANES);
      int p = j * TILE + t;
      FloatVector x = FloatVector.broadcast(SPECIES, weights[p]);
      c00 = x.fma(v0, c00);
      c01 = x.fma(v1, c01);
      x = FloatVector.broadcast(SPECIES, weights[p + 1]);
      c10 = x.fma(v0, c10);
      c11 = x.fma(v1, c11);
      x = FloatVector.broadcast(SPECIES, weights[p + 2]);
      c20 = x.fma(v0, c20);
      c21 = x.fma(v1, c21);
      x = FloatVector.broadcast(SPECIES, weights[p + 3]);
      c30 = x.fma(v0, c30);
      c31 = x.fma(v1, c31);
      x = FloatVector.broadcast(SPECIES, weights[p + 4]);
      c40 = x.fma(v0, c40);
      c41 = x.fma(v1, c41);
      x = FloatVector.broadcast(SPECIES, weights[p + 5]);
      c50 = x.fma(v0, c50);
      c51 = x.fma(v1, c51);
      x = FloatVector.broadcast(SPECIES, weights[p + 6]);
      c60 = x.fma(v0, c60);
      c61 = x.fma(v1, c61);
      x = FloatVector.broadcast(SPECIES, weights[p + 7]);
      c70 = x.fma(v0, c70);
      c71 = x.fma(v1, c71);
    }
    c00.intoArray(into, row0);
    c01.intoArray(into, row0 + LANES);
    c10.intoArray(into, row1);
    c11.intoArray(into, row1 + LANES);
    c20.intoArray(into, row2);
    c21.intoArray(into, row2 + LANES);
    c30.intoArray(into, row3);
    c31.intoArray(into, row3 + LANES);
    c40.intoArray(into, row4);
    c41.intoArray(into, row4 + LANES);
    c50.intoArray(into, row5);
    c51.intoArray(into, row5 + LANES);
    c60.intoArray(into, row6);
    c61.intoArray(into, row6 + LANES);
    c70.intoArray(into, row7);
    c71.intoArray(into, row7 + LANES);
  }

  private static void eightCollectedNarrow(
      float[] weights,
      int t,
      float[] rows,
      int at,
      int count,
      int depth,
      float[] into,
      int[] offsets,
      int d) {
    int row0 = offsets[t] + d;
    int row1 = offsets[t + 1] + d;
    int row2 = offsets[t + 2] + d;
    int row3 = offsets[t + 3] + d;
    int row4 = offsets[t + 4] + d;
    int row5 = offsets[t + 5] + d;
    int row6 = offsets[t + 6] + d;
    int row7 = offsets[t + 7] + d;
    FloatVector c00 = FloatVector.fromArray(SPECIES, into, row0);
    FloatVector c10 = FloatVector.fromArray(SPECIES, into, row1);
    FloatVector c20 = FloatVector.fromArray(SPECIES, into, row2);
    FloatVector c30 = FloatVector.fromArray(SPECIES, into, row3);
    FloatVector c40 = FloatVector.fromArray(SPECIES, into, row4);
    FloatVector c50 = FloatVector.fromArray(SPECIES, into, row5);
    FloatVector c60 = FloatVector.fromArray(SPECIES, into, row6);
    FloatVector c70 = FloatVector.fromArray(SPECIES, into, row7);
    for (int j = 0; j < count; j++) {
      FloatVector v0 = FloatVector.fromArray(SPECIES, rows, at + j * depth);
      int p = j * TILE + t;
      FloatVector x = FloatVector.broadcast(SPECIES, weights[p]);
      c00 = x.fma(v0, c00);
      x = FloatVector.broadcast(SPECIES, weights[p + 1]);
      c10 = x.fma(v0, c10);
      x = FloatVector.broadcast(SPECIES, weights[p + 2]);
      c20 = x.fma(v0, c20);
      x = FloatVector.broadcast(SPECIES, weights[p + 3]);
      c30 = x.fma(v0, c30);
      x = FloatVector.broadcast(SPECIES, weights[p + 4]);
      c40 = x.fma(v0, c40);
      x = FloatVector.broadcast(SPECIES, weights[p + 5]);
      c50 = x.fma(v0, c50);
      x = FloatVector.broadcast(SPECIES, weights[p + 6]);
      c60 = x.fma(v0, c60);
      x = FloatVector.broadcast(SPECIES, weights[p + 7]);
      c70 = x.fma(v0, c70);
    }
    c00.intoArray(into, row0);
    c10.intoArray(into, row1);
    c20.intoArray(into, row2);
    c30.intoArray(into, row3);
    c40.intoArray(into, row4);
    c50.intoArray(into, row5);
    c60.intoArray(into, row6);
    c70.intoArray(into, row7);
  }

  /** Multiplies each row t of {@code into} by {@code factors[t]}. */
  static void rescale(float[] into, int[] offsets, int count, int depth, float[] factors) {
    for (int t = 0; t < count; t++) {
      for (int at = offsets[t]; at < offsets[t] + depth; at += LANES) {
        FloatVector.fromArray(SPECIES, into, at).mul(factors[t]).intoArray(into, at);
      }
    }
  }

  /**
   * Adds to each row j of {@code into} the sum over the {@code queries} first t of weight (j, t)
   * times row t, for {@code count} rows j, rounded up to eights.
   *
   * @param rows row t from {@code offsets[t]}
   */
  static void spread(
      float[] weights,
      int count,
      float[] rows,
      int[] offsets,
      int queries,
      int depth,
      float[] into,
      int to) {
    for (int j = 0; j < count; j += ROWS) {
      int d = 0;
      for (; d + TILE <= depth; d += TILE) {
        eightSpread(weights, j * TILE, rows, offsets, queries, d, into, to + j * depth + d, depth);
      }
      if (d < depth) {
        eightSpreadNarrow(
            weights, j * TILE, rows, offsets, queries, d, into, to + j * depth + d, depth);
      }
    }
  }

  private static void eightSpread(
      float[] weights,
      int at,
      float[] rows,
      int[] offsets,
      int queries,
      int d,
      float[] into,
      int to,
      int depth) {
    int row1 = to + depth;
    int row2 = to + 2 * depth;
    int row3 = to + 3 * depth;
    int row4 = to + 4 * depth;
    int row5 = to + 5 * depth;
    int row6 = to + 6 * depth;
    int row7 = to + 7 * depth;
    FloatVector c00 = FloatVector.fromArray(SPECIES, into, to);
    FloatVector c01 = FloatVector.fromArray(SPECIES, into, to + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, into, row1);
    FloatVector c11 = FloatVector.fromArray(SPECIES, into, row1 + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, into, row2);
    FloatVector c21 = FloatVector.fromArray(SPECIES, into, row2 + LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, into, row3);
    FloatVector c31 = FloatVector.fromArray(SPECIES, into, row3 + LANES);
    FloatVector c40 = FloatVector.fromArray(SPECIES, into, row4);
    FloatVector c41 = FloatVector.fromArray(SPECIES, into, row4 + LANES);
    FloatVector c50 = FloatVector.fromArray(SPECIES, into, row5);
    FloatVector c51 = FloatVector.fromArray(SPECIES, into, row5 + LANES);
    FloatVector c60 = FloatVector.fromArray(SPECIES, into, row6);
    FloatVector c61 = FloatVector.fromArray(SPECIES, into, row6 + LANES);
    FloatVector c70 = FloatVector.fromArray(SPECIES, into, row7);
    FloatVector c71 = FloatVector.fromArray(SPECIES, into, row7 + LANES);
    for (int t = 0; t < queries; t++) {
      FloatVector v0 = FloatVector.fromArray(SPECIES, rows, offsets[t] + d);
      FloatVector v1 = FloatVector.fromArray(SPECIES, rows, offsets[t] + d + LANES);
      FloatVector x = FloatVector.broadcast(SPECIES, weights[at + t]);
      c00 = x.fma(v0, c00);
      c01 = x.fma(v1, c01);
      x = FloatVector.broadcast(SPECIES, weights[at + t + TILE]);
      c10 = x.fma(v0, c10);
      c11 = x.fma(v1, c11);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 2 * TILE]);
      c20 = x.fma(v0, c20);
      c21 = x.fma(v1, c21);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 3 * TILE]);
      c30 = x.fma(v0, c30);
      c31 = x.fma(v1, c31);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 4 * TILE]);
      c40 = x.fma(v0, c40);
      c41 = x.fma(v1, c41);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 5 * TILE]);
      c50 = x.fma(v0, c50);
      c51 = x.fma(v1, c51);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 6 * TILE]);
      c60 = x.fma(v0, c60);
      c61 = x.fma(v1, c61);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 7 * TILE]);
      c70 = x.fma(v0, c70);
      c71 = x.fma(v1, c71);
    }
    c00.intoArray(into, to);
    c01.intoArray(into, to + LANES);
    c10.intoArray(into, row1);
    c11.intoArray(into, row1 + LANES);
    c20.intoArray(into, row2);
    c21.intoArray(into, row2 + LANES);
    c30.intoArray(into, row3);
    c31.intoArray(into, row3 + LANES);
    c40.intoArray(into, row4);
    c41.intoArray(into, row4 + LANES);
    c50.intoArray(into, row5);
    c51.intoArray(into, row5 + LANES);
    c60.intoArray(into, row6);
    c61.intoArray(into, row6 + LANES);
    c70.intoArray(into, row7);
    c71.intoArray(into, row7 + LANES);
  }

  private static void eightSpreadNarrow(
      float[] weights,
      int at,
      float[] rows,
      int[] offsets,
      int queries,
      int d,
      float[] into,
      int to,
      int depth) {
    int row1 = to + depth;
    int row2 = to + 2 * depth;
    int row3 = to + 3 * depth;
    int row4 = to + 4 * depth;
    int row5 = to + 5 * depth;
    int row6 = to + 6 * depth;
    int row7 = to + 7 * depth;
    FloatVector c00 = FloatVector.fromArray(SPECIES, into, to);
    FloatVector c10 = FloatVector.fromArray(SPECIES, into, row1);
    FloatVector c20 = FloatVector.fromArray(SPECIES, into, row2);
    FloatVector c30 = FloatVector.fromArray(SPECIES, into, row3);
    FloatVector c40 = FloatVector.fromArray(SPECIES, into, row4);
    FloatVector c50 = FloatVector.fromArray(SPECIES, into, row5);
    FloatVector c60 = FloatVector.fromArray(SPECIES, into, row6);
    FloatVector c70 = FloatVector.fromArray(SPECIES, into, row7);
    for (int t = 0; t < queries; t++) {
      FloatVector v0 = FloatVector.fromArray(SPECIES, rows, offsets[t] + d);
      FloatVector x = FloatVector.broadcast(SPECIES, weights[at + t]);
      c00 = x.fma(v0, c00);
      x = FloatVector.broadcast(SPECIES, weights[at + t + TILE]);
      c10 = x.fma(v0, c10);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 2 * TILE]);
      c20 = x.fma(v0, c20);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 3 * TILE]);
      c30 = x.fma(v0, c30);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 4 * TILE]);
      c40 = x.fma(v0, c40);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 5 * TILE]);
      c50 = x.fma(v0, c50);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 6 * TILE]);
      c60 = x.fma(v0, c60);
      x = FloatVector.broadcast(SPECIES, weights[at + t + 7 * TILE]);
      c70 = x.fma(v0, c70);
    }
    c00.intoArray(into, to);
    c10.intoArray(into, row1);
    c20.intoArray(into, row2);
    c30.intoArray(into, row3);
    c40.intoArray(into, row4);
    c50.intoArray(into, row5);
    c60.intoArray(into, row6);
    c70.intoArray(into, row7);
  }

  /**
   * Writes the transpose of rows: number d of row t to d * TILE + t; zeros from row {@code count}
   * on.
   */
  static void transpose(float[] rows, int[] offsets, int count, int depth, float[] to) {
    for (int t = 0; t < count; t++) {
      int from = offsets[t];
      for (int d = 0; d < depth; d++) to[d * TILE + t] = rows[from + d];
    }
    for (int t = count; t < TILE; t++) {
      for (int d = 0; d < depth; d++) to[d * TILE + t] = 0;
    }
  }
}
