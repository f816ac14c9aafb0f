package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.Products.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The matrix products of attention, on register blocks of four rows by four vectors where queries
 * lie along the lanes, and of eight by two or three where the numbers of a row do. Everything is in
 * float arrays, and rows begin a constant number of places after each other: one register then
 * addresses all rows of a block, and the compiler proves an inner loop's accesses once. Each block
 * is summed from zero and added to memory at the end, so that no sum waits for memory first.
 *
 * <p>Rows of queries, keys, values and their gradients lie in panels, see {@link PanelRows}.
 * Scores, probabilities and their gradients lie key by key with the queries of a tile along the
 * lanes: number (j, t) at {@code j * PITCH + t}.
 */
final class PanelProducts {
  /** The queries scored together: four vectors. */
  static final int PANEL = 4 * LANES;

  /**
   * The numbers of a row that lie together: two vectors, of which heads of 32, 64, 96 and 128 fill
   * a whole number.
   */
  static final int COLUMNS = 2 * LANES;

  /** The queries of a tile. */
  static final int TILE = 2 * PANEL;

  /**
   * Where the scores of the next key begin: not a power of two, which few cache sets would hold.
   */
  static final int PITCH = TILE + LANES;

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
      fourScores(rows, at + j * COLUMNS, step, depth, queries, from, scores, to + j * PITCH);
    }
  }

  private static void fourScores(
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

  /**
   * Writes weight (j, t) · (row j · query t - delta t) over {@code depth} numbers, for {@code
   * count} rows, rounded up to eights, and one panel of queries.
   *
   * @param rows values, row j from {@code at + j * COLUMNS}
   * @param step from a panel of a row's numbers to the next one
   * @param queries number d of query t at {@code from + d * PANEL + t}
   * @param lane where the deltas of the queries begin
   * @param to where weight (0, 0) is, and (0, 0) of {@code into}
   */
  static void gradients(
      float[] rows,
      int at,
      int step,
      int count,
      int depth,
      float[] queries,
      int from,
      float[] weights,
      float[] delta,
      int lane,
      float[] into,
      int to) {
    for (int j = 0; j < count; j += 4) {
      int score = to + j * PITCH;
      fourGradients(
          rows, at + j * COLUMNS, step, depth, queries, from, weights, delta, lane, into, score);
    }
  }

  private static void fourGradients(
      float[] rows,
      int at,
      int step,
      int depth,
      float[] queries,
      int from,
      float[] weights,
      float[] delta,
      int lane,
      float[] into,
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
    FloatVector delta0 = FloatVector.fromArray(SPECIES, delta, lane);
    FloatVector delta1 = FloatVector.fromArray(SPECIES, delta, lane + LANES);
    FloatVector delta2 = FloatVector.fromArray(SPECIES, delta, lane + 2 * LANES);
    FloatVector delta3 = FloatVector.fromArray(SPECIES, delta, lane + 3 * LANES);
    c00.sub(delta0).mul(FloatVector.fromArray(SPECIES, weights, to)).intoArray(into, to);
    c01.sub(delta1)
        .mul(FloatVector.fromArray(SPECIES, weights, to + LANES))
        .intoArray(into, to + LANES);
    c02.sub(delta2)
        .mul(FloatVector.fromArray(SPECIES, weights, to + 2 * LANES))
        .intoArray(into, to + 2 * LANES);
    c03.sub(delta3)
        .mul(FloatVector.fromArray(SPECIES, weights, to + 3 * LANES))
        .intoArray(into, to + 3 * LANES);
    c10.sub(delta0)
        .mul(FloatVector.fromArray(SPECIES, weights, to + PITCH))
        .intoArray(into, to + PITCH);
    c11.sub(delta1)
        .mul(FloatVector.fromArray(SPECIES, weights, to + PITCH + LANES))
        .intoArray(into, to + PITCH + LANES);
    c12.sub(delta2)
        .mul(FloatVector.fromArray(SPECIES, weights, to + PITCH + 2 * LANES))
        .intoArray(into, to + PITCH + 2 * LANES);
    c13.sub(delta3)
        .mul(FloatVector.fromArray(SPECIES, weights, to + PITCH + 3 * LANES))
        .intoArray(into, to + PITCH + 3 * LANES);
    c20.sub(delta0)
        .mul(FloatVector.fromArray(SPECIES, weights, to + 2 * PITCH))
        .intoArray(into, to + 2 * PITCH);
    c21.sub(delta1)
        .mul(FloatVector.fromArray(SPECIES, weights, to + 2 * PITCH + LANES))
        .intoArray(into, to + 2 * PITCH + LANES);
    c22.sub(delta2)
        .mul(FloatVector.fromArray(SPECIES, weights, to + 2 * PITCH + 2 * LANES))
        .intoArray(into, to + 2 * PITCH + 2 * LANES);
    c23.sub(delta3)
        .mul(FloatVector.fromArray(SPECIES, weights, to + 2 * PITCH + 3 * LANES))
        .intoArray(into, to + 2 * PITCH + 3 * LANES);
    c30.sub(delta0)
        .mul(FloatVector.fromArray(SPECIES, weights, to + 3 * PITCH))
        .intoArray(into, to + 3 * PITCH);
    c31.sub(delta1)
        .mul(FloatVector.fromArray(SPECIES, weights, to + 3 * PITCH + LANES))
        .intoArray(into, to + 3 * PITCH + LANES);
    c32.sub(delta2)
        .mul(FloatVector.fromArray(SPECIES, weights, to + 3 * PITCH + 2 * LANES))
        .intoArray(into, to + 3 * PITCH + 2 * LANES);
    c33.sub(delta3)
        .mul(FloatVector.fromArray(SPECIES, weights, to + 3 * PITCH + 3 * LANES))
        .intoArray(into, to + 3 * PITCH + 3 * LANES);
  }

  /**
   * Returns how many numbers of rows one call of {@link #collect} or {@link #spread} takes when
   * {@code rest} are left: two vectors, or three, which lie in two panels, where these are the
   * last.
   */
  static int taken(int rest) {
    return rest > COLUMNS && rest <= COLUMNS + LANES ? COLUMNS + LANES : COLUMNS;
  }

  /**
   * Adds to rows t of {@code into} the sum over the {@code depth} first keys j of weight (j, t)
   * times row j, for eight rows and as many columns as {@link #taken} says.
   *
   * @param at where weight (0, t) of the first row t is
   * @param from where row 0 begins; the next ones begin {@link #COLUMNS} later each, in {@code
   *     into} too
   * @param step from a panel of a row's numbers to the next one, and {@code intoStep} in {@code
   *     into}
   * @param rest the numbers of a row from the first of these columns on
   */
  static void collect(
      float[] weights,
      int at,
      int depth,
      float[] rows,
      int from,
      int step,
      float[] into,
      int to,
      int intoStep,
      int rest) {
    if (taken(rest) == COLUMNS) {
      collectTwo(weights, at, depth, rows, from, into, to);
    } else {
      collectThree(weights, at, depth, rows, from, step, into, to, intoStep);
    }
  }

  private static void collectTwo(
      float[] weights, int at, int depth, float[] rows, int from, float[] into, int to) {
    FloatVector c00 = FloatVector.zero(SPECIES), c01 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES), c11 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES), c21 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES), c31 = FloatVector.zero(SPECIES);
    FloatVector c40 = FloatVector.zero(SPECIES), c41 = FloatVector.zero(SPECIES);
    FloatVector c50 = FloatVector.zero(SPECIES), c51 = FloatVector.zero(SPECIES);
    FloatVector c60 = FloatVector.zero(SPECIES), c61 = FloatVector.zero(SPECIES);
    FloatVector c70 = FloatVector.zero(SPECIES), c71 = FloatVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, rows, from + k * COLUMNS);
      FloatVector b1 = FloatVector.fromArray(SPECIES, rows, from + k * COLUMNS + LANES);
      FloatVector x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 1]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 2]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 3]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 4]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 5]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 6]);
      c60 = x.fma(b0, c60);
      c61 = x.fma(b1, c61);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 7]);
      c70 = x.fma(b0, c70);
      c71 = x.fma(b1, c71);
    }
    c00.add(FloatVector.fromArray(SPECIES, into, to)).intoArray(into, to);
    c01.add(FloatVector.fromArray(SPECIES, into, to + LANES)).intoArray(into, to + LANES);
    c10.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS)).intoArray(into, to + COLUMNS);
    c11.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS + LANES))
        .intoArray(into, to + COLUMNS + LANES);
    c20.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS))
        .intoArray(into, to + 2 * COLUMNS);
    c21.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS + LANES))
        .intoArray(into, to + 2 * COLUMNS + LANES);
    c30.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS))
        .intoArray(into, to + 3 * COLUMNS);
    c31.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS + LANES))
        .intoArray(into, to + 3 * COLUMNS + LANES);
    c40.add(FloatVector.fromArray(SPECIES, into, to + 4 * COLUMNS))
        .intoArray(into, to + 4 * COLUMNS);
    c41.add(FloatVector.fromArray(SPECIES, into, to + 4 * COLUMNS + LANES))
        .intoArray(into, to + 4 * COLUMNS + LANES);
    c50.add(FloatVector.fromArray(SPECIES, into, to + 5 * COLUMNS))
        .intoArray(into, to + 5 * COLUMNS);
    c51.add(FloatVector.fromArray(SPECIES, into, to + 5 * COLUMNS + LANES))
        .intoArray(into, to + 5 * COLUMNS + LANES);
    c60.add(FloatVector.fromArray(SPECIES, into, to + 6 * COLUMNS))
        .intoArray(into, to + 6 * COLUMNS);
    c61.add(FloatVector.fromArray(SPECIES, into, to + 6 * COLUMNS + LANES))
        .intoArray(into, to + 6 * COLUMNS + LANES);
    c70.add(FloatVector.fromArray(SPECIES, into, to + 7 * COLUMNS))
        .intoArray(into, to + 7 * COLUMNS);
    c71.add(FloatVector.fromArray(SPECIES, into, to + 7 * COLUMNS + LANES))
        .intoArray(into, to + 7 * COLUMNS + LANES);
  }

  private static void collectThree(
      float[] weights,
      int at,
      int depth,
      float[] rows,
      int from,
      int step,
      float[] into,
      int to,
      int intoStep) {
    FloatVector c00 = FloatVector.zero(SPECIES),
        c01 = FloatVector.zero(SPECIES),
        c02 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES),
        c11 = FloatVector.zero(SPECIES),
        c12 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES),
        c21 = FloatVector.zero(SPECIES),
        c22 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES),
        c31 = FloatVector.zero(SPECIES),
        c32 = FloatVector.zero(SPECIES);
    FloatVector c40 = FloatVector.zero(SPECIES),
        c41 = FloatVector.zero(SPECIES),
        c42 = FloatVector.zero(SPECIES);
    FloatVector c50 = FloatVector.zero(SPECIES),
        c51 = FloatVector.zero(SPECIES),
        c52 = FloatVector.zero(SPECIES);
    FloatVector c60 = FloatVector.zero(SPECIES),
        c61 = FloatVector.zero(SPECIES),
        c62 = FloatVector.zero(SPECIES);
    FloatVector c70 = FloatVector.zero(SPECIES),
        c71 = FloatVector.zero(SPECIES),
        c72 = FloatVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, rows, from + k * COLUMNS);
      FloatVector b1 = FloatVector.fromArray(SPECIES, rows, from + k * COLUMNS + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, rows, from + step + k * COLUMNS);
      FloatVector x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      c02 = x.fma(b2, c02);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 1]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      c12 = x.fma(b2, c12);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 2]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      c22 = x.fma(b2, c22);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 3]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      c32 = x.fma(b2, c32);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 4]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      c42 = x.fma(b2, c42);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 5]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
      c52 = x.fma(b2, c52);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 6]);
      c60 = x.fma(b0, c60);
      c61 = x.fma(b1, c61);
      c62 = x.fma(b2, c62);
      x = FloatVector.broadcast(SPECIES, weights[at + k * PITCH + 7]);
      c70 = x.fma(b0, c70);
      c71 = x.fma(b1, c71);
      c72 = x.fma(b2, c72);
    }
    c00.add(FloatVector.fromArray(SPECIES, into, to)).intoArray(into, to);
    c01.add(FloatVector.fromArray(SPECIES, into, to + LANES)).intoArray(into, to + LANES);
    c02.add(FloatVector.fromArray(SPECIES, into, to + intoStep)).intoArray(into, to + intoStep);
    c10.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS)).intoArray(into, to + COLUMNS);
    c11.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS + LANES))
        .intoArray(into, to + COLUMNS + LANES);
    c12.add(FloatVector.fromArray(SPECIES, into, to + intoStep + COLUMNS))
        .intoArray(into, to + intoStep + COLUMNS);
    c20.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS))
        .intoArray(into, to + 2 * COLUMNS);
    c21.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS + LANES))
        .intoArray(into, to + 2 * COLUMNS + LANES);
    c22.add(FloatVector.fromArray(SPECIES, into, to + intoStep + 2 * COLUMNS))
        .intoArray(into, to + intoStep + 2 * COLUMNS);
    c30.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS))
        .intoArray(into, to + 3 * COLUMNS);
    c31.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS + LANES))
        .intoArray(into, to + 3 * COLUMNS + LANES);
    c32.add(FloatVector.fromArray(SPECIES, into, to + intoStep + 3 * COLUMNS))
        .intoArray(into, to + intoStep + 3 * COLUMNS);
    c40.add(FloatVector.fromArray(SPECIES, into, to + 4 * COLUMNS))
        .intoArray(into, to + 4 * COLUMNS);
    c41.add(FloatVector.fromArray(SPECIES, into, to + 4 * COLUMNS + LANES))
        .intoArray(into, to + 4 * COLUMNS + LANES);
    c42.add(FloatVector.fromArray(SPECIES, into, to + intoStep + 4 * COLUMNS))
        .intoArray(into, to + intoStep + 4 * COLUMNS);
    c50.add(FloatVector.fromArray(SPECIES, into, to + 5 * COLUMNS))
        .intoArray(into, to + 5 * COLUMNS);
    c51.add(FloatVector.fromArray(SPECIES, into, to + 5 * COLUMNS + LANES))
        .intoArray(into, to + 5 * COLUMNS + LANES);
    c52.add(FloatVector.fromArray(SPECIES, into, to + intoStep + 5 * COLUMNS))
        .intoArray(into, to + intoStep + 5 * COLUMNS);
    c60.add(FloatVector.fromArray(SPECIES, into, to + 6 * COLUMNS))
        .intoArray(into, to + 6 * COLUMNS);
    c61.add(FloatVector.fromArray(SPECIES, into, to + 6 * COLUMNS + LANES))
        .intoArray(into, to + 6 * COLUMNS + LANES);
    c62.add(FloatVector.fromArray(SPECIES, into, to + intoStep + 6 * COLUMNS))
        .intoArray(into, to + intoStep + 6 * COLUMNS);
    c70.add(FloatVector.fromArray(SPECIES, into, to + 7 * COLUMNS))
        .intoArray(into, to + 7 * COLUMNS);
    c71.add(FloatVector.fromArray(SPECIES, into, to + 7 * COLUMNS + LANES))
        .intoArray(into, to + 7 * COLUMNS + LANES);
    c72.add(FloatVector.fromArray(SPECIES, into, to + intoStep + 7 * COLUMNS))
        .intoArray(into, to + intoStep + 7 * COLUMNS);
  }

  /**
   * Adds to rows j of {@code into} the sum over {@code depth} queries t of weight (j, t) times row
   * t, for eight rows and as many columns as {@link #taken} says.
   *
   * @param at where the weight of the first row and query is
   * @param from where the first query's row begins; the next ones begin {@link #COLUMNS} later
   *     each, in {@code into} too
   * @param step from a panel of a row's numbers to the next one, and {@code intoStep} in {@code
   *     into}
   * @param rest the numbers of a row from the first of these columns on
   */
  static void spread(
      float[] weights,
      int at,
      int depth,
      float[] rows,
      int from,
      int step,
      float[] into,
      int to,
      int intoStep,
      int rest) {
    if (taken(rest) == COLUMNS) {
      spreadTwo(weights, at, depth, rows, from, into, to);
    } else {
      for (int j = 0; j < ROWS; j += 4) {
        int row = to + j * COLUMNS;
        spreadFour(weights, at + j * PITCH, depth, rows, from, step, into, row, intoStep);
      }
    }
  }

  private static void spreadTwo(
      float[] weights, int at, int depth, float[] rows, int from, float[] into, int to) {
    FloatVector c00 = FloatVector.zero(SPECIES), c01 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES), c11 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES), c21 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES), c31 = FloatVector.zero(SPECIES);
    FloatVector c40 = FloatVector.zero(SPECIES), c41 = FloatVector.zero(SPECIES);
    FloatVector c50 = FloatVector.zero(SPECIES), c51 = FloatVector.zero(SPECIES);
    FloatVector c60 = FloatVector.zero(SPECIES), c61 = FloatVector.zero(SPECIES);
    FloatVector c70 = FloatVector.zero(SPECIES), c71 = FloatVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, rows, from + k * COLUMNS);
      FloatVector b1 = FloatVector.fromArray(SPECIES, rows, from + k * COLUMNS + LANES);
      FloatVector x = FloatVector.broadcast(SPECIES, weights[at + k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(SPECIES, weights[at + k + PITCH]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(SPECIES, weights[at + k + 2 * PITCH]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(SPECIES, weights[at + k + 3 * PITCH]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      x = FloatVector.broadcast(SPECIES, weights[at + k + 4 * PITCH]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      x = FloatVector.broadcast(SPECIES, weights[at + k + 5 * PITCH]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
      x = FloatVector.broadcast(SPECIES, weights[at + k + 6 * PITCH]);
      c60 = x.fma(b0, c60);
      c61 = x.fma(b1, c61);
      x = FloatVector.broadcast(SPECIES, weights[at + k + 7 * PITCH]);
      c70 = x.fma(b0, c70);
      c71 = x.fma(b1, c71);
    }
    c00.add(FloatVector.fromArray(SPECIES, into, to)).intoArray(into, to);
    c01.add(FloatVector.fromArray(SPECIES, into, to + LANES)).intoArray(into, to + LANES);
    c10.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS)).intoArray(into, to + COLUMNS);
    c11.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS + LANES))
        .intoArray(into, to + COLUMNS + LANES);
    c20.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS))
        .intoArray(into, to + 2 * COLUMNS);
    c21.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS + LANES))
        .intoArray(into, to + 2 * COLUMNS + LANES);
    c30.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS))
        .intoArray(into, to + 3 * COLUMNS);
    c31.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS + LANES))
        .intoArray(into, to + 3 * COLUMNS + LANES);
    c40.add(FloatVector.fromArray(SPECIES, into, to + 4 * COLUMNS))
        .intoArray(into, to + 4 * COLUMNS);
    c41.add(FloatVector.fromArray(SPECIES, into, to + 4 * COLUMNS + LANES))
        .intoArray(into, to + 4 * COLUMNS + LANES);
    c50.add(FloatVector.fromArray(SPECIES, into, to + 5 * COLUMNS))
        .intoArray(into, to + 5 * COLUMNS);
    c51.add(FloatVector.fromArray(SPECIES, into, to + 5 * COLUMNS + LANES))
        .intoArray(into, to + 5 * COLUMNS + LANES);
    c60.add(FloatVector.fromArray(SPECIES, into, to + 6 * COLUMNS))
        .intoArray(into, to + 6 * COLUMNS);
    c61.add(FloatVector.fromArray(SPECIES, into, to + 6 * COLUMNS + LANES))
        .intoArray(into, to + 6 * COLUMNS + LANES);
    c70.add(FloatVector.fromArray(SPECIES, into, to + 7 * COLUMNS))
        .intoArray(into, to + 7 * COLUMNS);
    c71.add(FloatVector.fromArray(SPECIES, into, to + 7 * COLUMNS + LANES))
        .intoArray(into, to + 7 * COLUMNS + LANES);
  }

  /** Four rows: eight of three vectors would run at nine tenths of their pace. */
  private static void spreadFour(
      float[] weights,
      int at,
      int depth,
      float[] rows,
      int from,
      int step,
      float[] into,
      int to,
      int intoStep) {
    FloatVector c00 = FloatVector.zero(SPECIES),
        c01 = FloatVector.zero(SPECIES),
        c02 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES),
        c11 = FloatVector.zero(SPECIES),
        c12 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES),
        c21 = FloatVector.zero(SPECIES),
        c22 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES),
        c31 = FloatVector.zero(SPECIES),
        c32 = FloatVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, rows, from + k * COLUMNS);
      FloatVector b1 = FloatVector.fromArray(SPECIES, rows, from + k * COLUMNS + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, rows, from + step + k * COLUMNS);
      FloatVector x = FloatVector.broadcast(SPECIES, weights[at + k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      c02 = x.fma(b2, c02);
      x = FloatVector.broadcast(SPECIES, weights[at + k + PITCH]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      c12 = x.fma(b2, c12);
      x = FloatVector.broadcast(SPECIES, weights[at + k + 2 * PITCH]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      c22 = x.fma(b2, c22);
      x = FloatVector.broadcast(SPECIES, weights[at + k + 3 * PITCH]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      c32 = x.fma(b2, c32);
    }
    c00.add(FloatVector.fromArray(SPECIES, into, to)).intoArray(into, to);
    c01.add(FloatVector.fromArray(SPECIES, into, to + LANES)).intoArray(into, to + LANES);
    c02.add(FloatVector.fromArray(SPECIES, into, to + intoStep)).intoArray(into, to + intoStep);
    c10.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS)).intoArray(into, to + COLUMNS);
    c11.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS + LANES))
        .intoArray(into, to + COLUMNS + LANES);
    c12.add(FloatVector.fromArray(SPECIES, into, to + intoStep + COLUMNS))
        .intoArray(into, to + intoStep + COLUMNS);
    c20.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS))
        .intoArray(into, to + 2 * COLUMNS);
    c21.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS + LANES))
        .intoArray(into, to + 2 * COLUMNS + LANES);
    c22.add(FloatVector.fromArray(SPECIES, into, to + intoStep + 2 * COLUMNS))
        .intoArray(into, to + intoStep + 2 * COLUMNS);
    c30.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS))
        .intoArray(into, to + 3 * COLUMNS);
    c31.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS + LANES))
        .intoArray(into, to + 3 * COLUMNS + LANES);
    c32.add(FloatVector.fromArray(SPECIES, into, to + intoStep + 3 * COLUMNS))
        .intoArray(into, to + intoStep + 3 * COLUMNS);
  }
}
