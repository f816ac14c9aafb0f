package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static dev.ashlar.tensor.simd.lanes.Registers.ARE_MANY;

import jdk.incubator.vector.FloatVector;

/**
 * The matrix products of attention, on register blocks of four rows by four vectors, or two where
 * registers are few, where queries lie along the lanes; {@link PanelSums} has those where the
 * numbers of a row do. Everything is in float arrays, and rows begin a constant number of places
 * after each other: one register then addresses all rows of a block, and the compiler proves an
 * inner loop's accesses once.
 *
 * <p>Rows of queries, keys, values and their gradients lie in panels, see {@link PanelRows}.
 * Scores, probabilities and their gradients lie key by key with the queries of a tile along the
 * lanes: number (j, t) at {@code j * PITCH + t}.
 */
final class PanelProducts {
  /** The queries scored together: four vectors. */
  static final int PANEL = 4 * LANES;

  /** The numbers of two vectors, of which blocks of sums are made and rows are copied. */
  static final int PAIR = 2 * LANES;

  /**
   * The numbers of a row that lie together: pairs of vectors, of which heads of 32, 64, 96 and 128
   * fill a whole number; so many that the innermost loops are not short.
   */
  static final int COLUMNS = Math.max(32, PAIR);

  /** The queries of a tile: whole panels, in numbers that near caches hold. */
  static final int TILE = Math.max(128, PANEL);

  /**
   * Where the scores of the next key begin: not a power of two, which few cache sets would hold,
   * and a multiple of {@link #COLUMNS}, so that one index serves rows and scores.
   */
  static final int PITCH = TILE + COLUMNS;

  /** The places that scores move for each that rows do, from key to key. */
  static final int STRETCH = PITCH / COLUMNS;

  private PanelProducts() {}

  /**
   * Writes scores (j, t) = row j · query t over {@code depth} numbers, for {@code count} rows,
   * rounded up to eights, and one panel of queries.
   *
   * @param rows keys or values, row j from {@code at + j * COLUMNS}
   * @param step from a panel of a row's numbers to the next one
   * @param queries number d of query t at {@code from + d * PANEL + t}
   * @param to where score (0, 0) is
   */
  static void scores(
      float[] rows,
      int at,
      int step,
      int count,
      int depth,
      float[] queries,
      int from,
      float[] scores,
      int to) {
    for (int j = 0; j < count; j += 4) {
      int row = at + j * COLUMNS;
      int into = to + j * PITCH;
      if (ARE_MANY) {
        fourByFour(rows, row, step, depth, queries, from, scores, into);
      } else {
        fourByTwo(rows, row, step, depth, queries, from, scores, into);
        int next = from + 2 * LANES;
        fourByTwo(rows, row, step, depth, queries, next, scores, into + 2 * LANES);
      }
    }
  }

  private static void fourByFour(
      float[] rows,
      int at,
      int step,
      int depth,
      float[] queries,
      int from,
      float[] scores,
      int to) {
    FloatVector c00 = FloatVector.zero(SPECIES),
        c01 = FloatVector.zero(SPECIES),
        c02 = FloatVector.zero(SPECIES),
        c03 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES),
        c11 = FloatVector.zero(SPECIES),
        c12 = FloatVector.zero(SPECIES),
        c13 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES),
        c21 = FloatVector.zero(SPECIES),
        c22 = FloatVector.zero(SPECIES),
        c23 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES),
        c31 = FloatVector.zero(SPECIES),
        c32 = FloatVector.zero(SPECIES),
        c33 = FloatVector.zero(SPECIES);
    for (int d = 0; d < depth; d += COLUMNS) {
      int width = Math.min(COLUMNS, depth - d);
      for (int k = 0; k < width; k++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, queries, from + k * PANEL);
        FloatVector b1 = FloatVector.fromArray(SPECIES, queries, from + k * PANEL + LANES);
        FloatVector b2 = FloatVector.fromArray(SPECIES, queries, from + k * PANEL + 2 * LANES);
        FloatVector b3 = FloatVector.fromArray(SPECIES, queries, from + k * PANEL + 3 * LANES);
        FloatVector x = FloatVector.broadcast(SPECIES, rows[at + k]);
        c00 = x.fma(b0, c00);
        c01 = x.fma(b1, c01);
        c02 = x.fma(b2, c02);
        c03 = x.fma(b3, c03);
        x = FloatVector.broadcast(SPECIES, rows[at + k + COLUMNS]);
        c10 = x.fma(b0, c10);
        c11 = x.fma(b1, c11);
        c12 = x.fma(b2, c12);
        c13 = x.fma(b3, c13);
        x = FloatVector.broadcast(SPECIES, rows[at + k + 2 * COLUMNS]);
        c20 = x.fma(b0, c20);
        c21 = x.fma(b1, c21);
        c22 = x.fma(b2, c22);
        c23 = x.fma(b3, c23);
        x = FloatVector.broadcast(SPECIES, rows[at + k + 3 * COLUMNS]);
        c30 = x.fma(b0, c30);
        c31 = x.fma(b1, c31);
        c32 = x.fma(b2, c32);
        c33 = x.fma(b3, c33);
      }
      at += step;
      from += COLUMNS * PANEL;
    }
    c00.intoArray(scores, to);
    c01.intoArray(scores, to + LANES);
    c02.intoArray(scores, to + 2 * LANES);
    c03.intoArray(scores, to + 3 * LANES);
    c10.intoArray(scores, to + PITCH);
    c11.intoArray(scores, to + PITCH + LANES);
    c12.intoArray(scores, to + PITCH + 2 * LANES);
    c13.intoArray(scores, to + PITCH + 3 * LANES);
    c20.intoArray(scores, to + 2 * PITCH);
    c21.intoArray(scores, to + 2 * PITCH + LANES);
    c22.intoArray(scores, to + 2 * PITCH + 2 * LANES);
    c23.intoArray(scores, to + 2 * PITCH + 3 * LANES);
    c30.intoArray(scores, to + 3 * PITCH);
    c31.intoArray(scores, to + 3 * PITCH + LANES);
    c32.intoArray(scores, to + 3 * PITCH + 2 * LANES);
    c33.intoArray(scores, to + 3 * PITCH + 3 * LANES);
  }

  /** The same of two vectors of queries: of eight sums, which sixteen registers hold. */
  private static void fourByTwo(
      float[] rows,
      int at,
      int step,
      int depth,
      float[] queries,
      int from,
      float[] scores,
      int to) {
    FloatVector c00 = FloatVector.zero(SPECIES), c01 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES), c11 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES), c21 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES), c31 = FloatVector.zero(SPECIES);
    for (int d = 0; d < depth; d += COLUMNS) {
      int width = Math.min(COLUMNS, depth - d);
      for (int k = 0; k < width; k++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, queries, from + k * PANEL);
        FloatVector b1 = FloatVector.fromArray(SPECIES, queries, from + k * PANEL + LANES);
        FloatVector x = FloatVector.broadcast(SPECIES, rows[at + k]);
        c00 = x.fma(b0, c00);
        c01 = x.fma(b1, c01);
        x = FloatVector.broadcast(SPECIES, rows[at + k + COLUMNS]);
        c10 = x.fma(b0, c10);
        c11 = x.fma(b1, c11);
        x = FloatVector.broadcast(SPECIES, rows[at + k + 2 * COLUMNS]);
        c20 = x.fma(b0, c20);
        c21 = x.fma(b1, c21);
        x = FloatVector.broadcast(SPECIES, rows[at + k + 3 * COLUMNS]);
        c30 = x.fma(b0, c30);
        c31 = x.fma(b1, c31);
      }
      at += step;
      from += COLUMNS * PANEL;
    }
    c00.intoArray(scores, to);
    c01.intoArray(scores, to + LANES);
    c10.intoArray(scores, to + PITCH);
    c11.intoArray(scores, to + PITCH + LANES);
    c20.intoArray(scores, to + 2 * PITCH);
    c21.intoArray(scores, to + 2 * PITCH + LANES);
    c30.intoArray(scores, to + 3 * PITCH);
    c31.intoArray(scores, to + 3 * PITCH + LANES);
  }
}
