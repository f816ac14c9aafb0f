package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.NE;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The best past blocks of as many queries as there are lanes: of equal scores the lowest blocks are
 * taken, and NaN counts as -infinity.
 */
final class BestBlocks {
  private final int kept;
  private final float[] best; // the greatest scores of each lane, descending, a vector each
  private final float[] own = new float[LANES];
  private final int[] next = new int[LANES];

  /** Makes room for the {@code kept} best, at least one. */
  BestBlocks(int kept) {
    this.kept = kept;
    this.best = new float[kept * LANES];
  }

  /**
   * Writes the chosen blocks of {@code count} queries in ascending order, then their own, of which
   * the last is the greatest. Spoils scores.
   *
   * @param scores of block b from {@code b * PITCH + lane} on
   * @param at where the first query's blocks go, and {@code pitch} to the next
   */
  void choose(float[] scores, int lane, int count, int[] blocks, int[] chosen, int at, int pitch) {
    Arrays.fill(own, 0);
    for (int t = 0; t < count; t++) {
      own[t] = blocks[lane + t];
      next[t] = at + t * pitch;
    }
    find(scores, lane, blocks[lane], blocks[lane + count - 1]);
    take(scores, lane, blocks[lane + count - 1], chosen);
    for (int t = 0; t < count; t++) chosen[next[t]] = blocks[lane + t];
  }

  /** Finds the greatest scores of blocks before {@code end}; all lanes see those before others. */
  private void find(float[] scores, int lane, int all, int end) {
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    FloatVector owns = FloatVector.fromArray(SPECIES, own, 0);
    for (int b = 0; b < end; b++) {
      FloatVector x = FloatVector.fromArray(SPECIES, scores, b * PITCH + lane);
      VectorMask<Float> none = x.compare(NE, x);
      if (b >= all) none = none.or(owns.compare(LE, (float) b));
      x = x.blend(Float.NEGATIVE_INFINITY, none);
      x.intoArray(scores, b * PITCH + lane);
      FloatVector last = FloatVector.fromArray(SPECIES, best, best.length - LANES);
      if (x.compare(GT, last).anyTrue()) insert(x);
    }
  }

  private void insert(FloatVector x) {
    for (int i = 0; i < best.length; i += LANES) {
      FloatVector y = FloatVector.fromArray(SPECIES, best, i);
      VectorMask<Float> greater = x.compare(GT, y);
      y.blend(x, greater).intoArray(best, i);
      x = x.blend(y, greater);
    }
  }

  /** Takes the blocks above the least of the best, and as many equal to it as there is room. */
  private void take(float[] scores, int lane, int end, int[] chosen) {
    FloatVector owns = FloatVector.fromArray(SPECIES, own, 0);
    FloatVector least = FloatVector.fromArray(SPECIES, best, best.length - LANES);
    FloatVector room = FloatVector.zero(SPECIES);
    for (int i = 0; i < kept; i++) {
      FloatVector each = FloatVector.fromArray(SPECIES, best, i * LANES);
      room = room.add(1f, each.compare(EQ, least));
    }
    for (int b = 0; b < end; b++) {
      FloatVector x = FloatVector.fromArray(SPECIES, scores, b * PITCH + lane);
      VectorMask<Float> past = owns.compare(GT, (float) b);
      VectorMask<Float> equal = x.compare(EQ, least).and(room.compare(GT, 0f)).and(past);
      room = room.sub(1f, equal);
      long good = x.compare(GT, least).and(past).or(equal).toLong();
      for (; good != 0; good &= good - 1) chosen[next[Long.numberOfTrailingZeros(good)]++] = b;
    }
  }
}
