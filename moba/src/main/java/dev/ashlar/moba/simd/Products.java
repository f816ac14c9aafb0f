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
   * Adds to each row t of {@code into}, after scaling it by {@code factors[t]}, the sum over j of
   * weight (j, t) times row j.
   *
   * @param into row t from {@code offsets[t]}, for every t of the tile
   */
  static void collect(
      float[] weights,
      float[] rows,
      int at,
      int count,
      int depth,
      float[] factors,
      float[] into,
      int[] offsets) {
    for (int t = 0; t < TILE; t += ROWS) {
      int d = 0;
      for (; d + TILE <= depth; d += TILE) {
        eightCollected(weights, t, rows, at + d, count, depth, factors, into, offsets, d);
      }
      if (d < depth) {
        eightCollectedNarrow(weights, t, rows, at + d, count, depth, factors, into, offsets, d);
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
      float[] factors,
      float[] into,
      int[] offsets,
      int d) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector c00 = zero, c01 = zero;
    FloatVector c10 = zero, c11 = zero;
    FloatVector c20 = zero, c21 = zero;
    FloatVector c30 = zero, c31 = zero;
    FloatVector c40 = zero, c41 = zero;
    FloatVector c50 = zero, c51 = zero;
    FloatVector c60 = zero, c61 = zero;
    FloatVector c70 = zero, c71 = zero;
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
    rescaled(c00, c01, factors[t], into, offsets[t] + d);
    rescaled(c10, c11, factors[t + 1], into, offsets[t + 1] + d);
    rescaled(c20, c21, factors[t + 2], into, offsets[t + 2] + d);
    rescaled(c30, c31, factors[t + 3], into, offsets[t + 3] + d);
    rescaled(c40, c41, factors[t + 4], into, offsets[t + 4] + d);
    rescaled(c50, c51, factors[t + 5], into, offsets[t + 5] + d);
    rescaled(c60, c61, factors[t + 6], into, offsets[t + 6] + d);
    rescaled(c70, c71, factors[t + 7], into, offsets[t + 7] + d);
  }

  private static void eightCollectedNarrow(
      float[] weights,
      int t,
      float[] rows,
      int at,
      int count,
      int depth,
      float[] factors,
      float[] into,
      int[] offsets,
      int d) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector c00 = zero;
    FloatVector c10 = zero;
    FloatVector c20 = zero;
    FloatVector c30 = zero;
    FloatVector c40 = zero;
    FloatVector c50 = zero;
    FloatVector c60 = zero;
    FloatVector c70 = zero;
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
    rescaled(c00, factors[t], into, offsets[t] + d);
    rescaled(c10, factors[t + 1], into, offsets[t + 1] + d);
    rescaled(c20, factors[t + 2], into, offsets[t + 2] + d);
    rescaled(c30, factors[t + 3], into, offsets[t + 3] + d);
    rescaled(c40, factors[t + 4], into, offsets[t + 4] + d);
    rescaled(c50, factors[t + 5], into, offsets[t + 5] + d);
    rescaled(c60, factors[t + 6], into, offsets[t + 6] + d);
    rescaled(c70, factors[t + 7], into, offsets[t + 7] + d);
  }

  private static void rescaled(
      FloatVector sum0, FloatVector sum1, float factor, float[] into, int at) {
    rescaled(sum0, factor, into, at);
    rescaled(sum1, factor, into, at + LANES);
  }

  private static void rescaled(FloatVector sum, float factor, float[] into, int at) {
    FloatVector.fromArray(SPECIES, into, at)
        .fma(FloatVector.broadcast(SPECIES, factor), sum)
        .intoArray(into, at);
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
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector c00 = zero, c01 = zero;
    FloatVector c10 = zero, c11 = zero;
    FloatVector c20 = zero, c21 = zero;
    FloatVector c30 = zero, c31 = zero;
    FloatVector c40 = zero, c41 = zero;
    FloatVector c50 = zero, c51 = zero;
    FloatVector c60 = zero, c61 = zero;
    FloatVector c70 = zero, c71 = zero;
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
    added(c00, c01, into, to);
    added(c10, c11, into, to + depth);
    added(c20, c21, into, to + 2 * depth);
    added(c30, c31, into, to + 3 * depth);
    added(c40, c41, into, to + 4 * depth);
    added(c50, c51, into, to + 5 * depth);
    added(c60, c61, into, to + 6 * depth);
    added(c70, c71, into, to + 7 * depth);
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
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector c00 = zero;
    FloatVector c10 = zero;
    FloatVector c20 = zero;
    FloatVector c30 = zero;
    FloatVector c40 = zero;
    FloatVector c50 = zero;
    FloatVector c60 = zero;
    FloatVector c70 = zero;
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
    added(c00, into, to);
    added(c10, into, to + depth);
    added(c20, into, to + 2 * depth);
    added(c30, into, to + 3 * depth);
    added(c40, into, to + 4 * depth);
    added(c50, into, to + 5 * depth);
    added(c60, into, to + 6 * depth);
    added(c70, into, to + 7 * depth);
  }

  private static void added(FloatVector sum0, FloatVector sum1, float[] into, int at) {
    added(sum0, into, at);
    added(sum1, into, at + LANES);
  }

  private static void added(FloatVector sum, float[] into, int at) {
    FloatVector.fromArray(SPECIES, into, at).add(sum).intoArray(into, at);
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
