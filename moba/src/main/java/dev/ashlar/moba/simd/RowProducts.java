package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The matrix products of block attention, on register blocks of eight queries by two vectors. The
 * queries that chose a block lie anywhere: they are read, and their results written, where they
 * are, while the keys of a block lie along the lanes (see {@link KeyPanels}).
 *
 * <p>Scores, probabilities and their gradients lie query by query: number (t, j) at {@code t *
 * PITCH + j}.
 */
final class RowProducts {
  /** The most keys that scores are computed of at once. */
  static final int KEYS = 512;

  /** The distance of two queries' scores: not a power of two, for the caches' sake. */
  static final int PITCH = KEYS + 16;

  private RowProducts() {}

  /**
   * Writes scores (t, j) = query t · key j for eight queries and the keys of one panel.
   *
   * @param queries query t from {@code offsets[t]}
   * @param at where the panel begins
   * @param to where the first score goes
   */
  static void scores(
      float[] queries,
      int[] offsets,
      int t,
      float[] panels,
      int at,
      int depth,
      float[] scores,
      int to) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector c00 = zero, c01 = zero;
    FloatVector c10 = zero, c11 = zero;
    FloatVector c20 = zero, c21 = zero;
    FloatVector c30 = zero, c31 = zero;
    FloatVector c40 = zero, c41 = zero;
    FloatVector c50 = zero, c51 = zero;
    FloatVector c60 = zero, c61 = zero;
    FloatVector c70 = zero, c71 = zero;
    int row0 = offsets[t + 0];
    int row1 = offsets[t + 1];
    int row2 = offsets[t + 2];
    int row3 = offsets[t + 3];
    int row4 = offsets[t + 4];
    int row5 = offsets[t + 5];
    int row6 = offsets[t + 6];
    int row7 = offsets[t + 7];
    for (int d = 0; d < depth; d++) {
      FloatVector k0 = FloatVector.fromArray(SPECIES, panels, at + d * KeyPanels.WIDTH);
      FloatVector k1 = FloatVector.fromArray(SPECIES, panels, at + d * KeyPanels.WIDTH + LANES);
      FloatVector x = FloatVector.broadcast(SPECIES, queries[row0 + d]);
      c00 = x.fma(k0, c00);
      c01 = x.fma(k1, c01);
      x = FloatVector.broadcast(SPECIES, queries[row1 + d]);
      c10 = x.fma(k0, c10);
      c11 = x.fma(k1, c11);
      x = FloatVector.broadcast(SPECIES, queries[row2 + d]);
      c20 = x.fma(k0, c20);
      c21 = x.fma(k1, c21);
      x = FloatVector.broadcast(SPECIES, queries[row3 + d]);
      c30 = x.fma(k0, c30);
      c31 = x.fma(k1, c31);
      x = FloatVector.broadcast(SPECIES, queries[row4 + d]);
      c40 = x.fma(k0, c40);
      c41 = x.fma(k1, c41);
      x = FloatVector.broadcast(SPECIES, queries[row5 + d]);
      c50 = x.fma(k0, c50);
      c51 = x.fma(k1, c51);
      x = FloatVector.broadcast(SPECIES, queries[row6 + d]);
      c60 = x.fma(k0, c60);
      c61 = x.fma(k1, c61);
      x = FloatVector.broadcast(SPECIES, queries[row7 + d]);
      c70 = x.fma(k0, c70);
      c71 = x.fma(k1, c71);
    }
    c00.intoArray(scores, to + 0 * PITCH);
    c01.intoArray(scores, to + 0 * PITCH + LANES);
    c10.intoArray(scores, to + 1 * PITCH);
    c11.intoArray(scores, to + 1 * PITCH + LANES);
    c20.intoArray(scores, to + 2 * PITCH);
    c21.intoArray(scores, to + 2 * PITCH + LANES);
    c30.intoArray(scores, to + 3 * PITCH);
    c31.intoArray(scores, to + 3 * PITCH + LANES);
    c40.intoArray(scores, to + 4 * PITCH);
    c41.intoArray(scores, to + 4 * PITCH + LANES);
    c50.intoArray(scores, to + 5 * PITCH);
    c51.intoArray(scores, to + 5 * PITCH + LANES);
    c60.intoArray(scores, to + 6 * PITCH);
    c61.intoArray(scores, to + 6 * PITCH + LANES);
    c70.intoArray(scores, to + 7 * PITCH);
    c71.intoArray(scores, to + 7 * PITCH + LANES);
  }

  /**
   * Adds to each of eight rows t of {@code into} the sum over j of weight (t, j) times row j.
   *
   * @param weights the first weight at {@code from}
   * @param at where row 0 begins, of {@code count}
   * @param into row t from {@code offsets[t]}
   */
  static void collect(
      float[] weights,
      int from,
      float[] rows,
      int at,
      int count,
      int depth,
      float[] into,
      int[] offsets,
      int t) {
    int d = 0;
    for (; d + 2 * LANES <= depth; d += 2 * LANES) {
      collectWide(weights, from, rows, at + d, count, depth, into, offsets, t, d);
    }
    if (d < depth) collectNarrow(weights, from, rows, at + d, count, depth, into, offsets, t, d);
  }

  private static void collectWide(
      float[] weights,
      int from,
      float[] rows,
      int at,
      int count,
      int depth,
      float[] into,
      int[] offsets,
      int t,
      int d) {
    int row0 = offsets[t + 0] + d;
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
      int p = from + j;
      FloatVector x = FloatVector.broadcast(SPECIES, weights[p]);
      c00 = x.fma(v0, c00);
      c01 = x.fma(v1, c01);
      x = FloatVector.broadcast(SPECIES, weights[p + PITCH]);
      c10 = x.fma(v0, c10);
      c11 = x.fma(v1, c11);
      x = FloatVector.broadcast(SPECIES, weights[p + 2 * PITCH]);
      c20 = x.fma(v0, c20);
      c21 = x.fma(v1, c21);
      x = FloatVector.broadcast(SPECIES, weights[p + 3 * PITCH]);
      c30 = x.fma(v0, c30);
      c31 = x.fma(v1, c31);
      x = FloatVector.broadcast(SPECIES, weights[p + 4 * PITCH]);
      c40 = x.fma(v0, c40);
      c41 = x.fma(v1, c41);
      x = FloatVector.broadcast(SPECIES, weights[p + 5 * PITCH]);
      c50 = x.fma(v0, c50);
      c51 = x.fma(v1, c51);
      x = FloatVector.broadcast(SPECIES, weights[p + 6 * PITCH]);
      c60 = x.fma(v0, c60);
      c61 = x.fma(v1, c61);
      x = FloatVector.broadcast(SPECIES, weights[p + 7 * PITCH]);
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

  private static void collectNarrow(
      float[] weights,
      int from,
      float[] rows,
      int at,
      int count,
      int depth,
      float[] into,
      int[] offsets,
      int t,
      int d) {
    int row0 = offsets[t + 0] + d;
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
      int p = from + j;
      FloatVector x = FloatVector.broadcast(SPECIES, weights[p]);
      c00 = x.fma(v0, c00);
      x = FloatVector.broadcast(SPECIES, weights[p + PITCH]);
      c10 = x.fma(v0, c10);
      x = FloatVector.broadcast(SPECIES, weights[p + 2 * PITCH]);
      c20 = x.fma(v0, c20);
      x = FloatVector.broadcast(SPECIES, weights[p + 3 * PITCH]);
      c30 = x.fma(v0, c30);
      x = FloatVector.broadcast(SPECIES, weights[p + 4 * PITCH]);
      c40 = x.fma(v0, c40);
      x = FloatVector.broadcast(SPECIES, weights[p + 5 * PITCH]);
      c50 = x.fma(v0, c50);
      x = FloatVector.broadcast(SPECIES, weights[p + 6 * PITCH]);
      c60 = x.fma(v0, c60);
      x = FloatVector.broadcast(SPECIES, weights[p + 7 * PITCH]);
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

  /**
   * Adds to each row j of {@code into} the sum over the first {@code queries} t of weight (t, j)
   * times row t, for eight rows j.
   *
   * @param weights weight (0, 0) at {@code from}
   * @param rows row t from {@code offsets[t]}
   */
  static void spread(
      float[] weights,
      int from,
      float[] rows,
      int[] offsets,
      int queries,
      int depth,
      float[] into,
      int to) {
    int d = 0;
    for (; d + 2 * LANES <= depth; d += 2 * LANES) {
      spreadWide(weights, from, rows, offsets, queries, d, into, to + d, depth);
    }
    if (d < depth) spreadNarrow(weights, from, rows, offsets, queries, d, into, to + d, depth);
  }

  private static void spreadWide(
      float[] weights,
      int from,
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
      int p = from + t * PITCH;
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

  private static void spreadNarrow(
      float[] weights,
      int from,
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
      int p = from + t * PITCH;
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
    c00.intoArray(into, to);
    c10.intoArray(into, row1);
    c20.intoArray(into, row2);
    c30.intoArray(into, row3);
    c40.intoArray(into, row4);
    c50.intoArray(into, row5);
    c60.intoArray(into, row6);
    c70.intoArray(into, row7);
  }
}
