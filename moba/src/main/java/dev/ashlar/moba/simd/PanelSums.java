package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.PanelProducts.PAIR;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.tensor.simd.lanes.Registers.ARE_MANY;

/**
 * Sums of rows by weights, the other half of {@link PanelProducts}: on register blocks of eight or
 * four rows by two or three vectors, whose lanes are the numbers of a row. Each block is summed
 * from zero and added to memory at the end, so that no sum waits for memory first. One index counts
 * the rounds and addresses rows and weights: a second one costs instructions in every round, and a
 * core that serves another thread too has few to spare.
 */
abstract sealed class PanelSums permits CollectKernels, SpreadKernels {
  private static final int THREE = PAIR + LANES;

  /**
   * Adds to rows r of {@code into} the sums over k of weight (k, r) times row k.
   *
   * @param at where weight (0, 0) is
   * @param from where row 0 begins; the next ones begin {@link PanelProducts#COLUMNS} later each,
   *     in {@code into} too
   * @param step from a panel of a row's numbers to the next one, and {@code intoStep} in {@code
   *     into}
   * @param width the numbers of a row
   */
  final void add(
      Band band,
      float[] weights,
      int at,
      float[] rows,
      int from,
      int step,
      float[] into,
      int to,
      int intoStep,
      int width) {
    for (int column = 0, taken; column < width; column += taken) {
      taken = taken(width - column);
      int end = Math.min(width - column, taken);
      for (int r = 0; r < band.rows(); r += ROWS) {
        int first = band.first(r);
        int depth = band.last(r) - first;
        if (depth <= 0) continue;
        int weight = at + place(first, r);
        int row = from + column / COLUMNS * step + first * COLUMNS;
        int sum = to + column / COLUMNS * intoStep + r * COLUMNS;
        if (taken == THREE) {
          eightByThree(weights, weight, depth, rows, row, step, into, sum, intoStep);
        } else {
          for (int d = 0; d < end; d += PAIR) {
            pair(weights, weight, depth, rows, row + d, into, sum + d);
          }
        }
      }
    }
  }

  /** Adds two vectors to eight rows. */
  private void pair(
      float[] weights, int at, int depth, float[] rows, int from, float[] into, int to) {
    if (ARE_MANY) {
      eightByTwo(weights, at, depth, rows, from, into, to);
    } else {
      fourByTwo(weights, at, depth, rows, from, into, to);
      fourByTwo(weights, at + place(0, 4), depth, rows, from, into, to + 4 * COLUMNS);
    }
  }

  /**
   * Returns how many numbers of rows are taken at once when {@code rest} are left: a panel, or
   * three vectors, which lie in two panels of two, where these are the last.
   */
  private static int taken(int rest) {
    boolean three = ARE_MANY && PAIR == COLUMNS && rest > PAIR && rest <= THREE;
    return three ? THREE : COLUMNS;
  }

  /** Returns how far weight (k, r) lies behind weight (0, 0). */
  abstract int place(int k, int r);

  abstract void eightByThree(
      float[] weights,
      int at,
      int depth,
      float[] rows,
      int from,
      int step,
      float[] into,
      int to,
      int intoStep);

  abstract void eightByTwo(
      float[] weights, int at, int depth, float[] rows, int from, float[] into, int to);

  /** For sixteen registers, which hold so many sums. */
  abstract void fourByTwo(
      float[] weights, int at, int depth, float[] rows, int from, float[] into, int to);
}
