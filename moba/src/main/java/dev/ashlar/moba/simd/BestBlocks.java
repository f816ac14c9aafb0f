package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The best past blocks of one query, in ascending order: of equal scores the lowest block stays,
 * and NaN counts as -infinity.
 */
final class BestBlocks {
  private final float[] scores;
  private final int[] blocks;
  private final float[] lanes = new float[LANES];
  private int count;
  private int least; // where the lowest score is, of equals the last; known once all are kept

  BestBlocks(int kept) {
    this.scores = new float[kept];
    this.blocks = new int[kept];
  }

  void clear() {
    count = 0;
  }

  /**
   * Offers the blocks {@code first} to {@code first + offered}, with their scores from {@code at}.
   * Scores up to the next whole vector are overwritten.
   */
  void offer(float[] offers, int at, int offered, int first) {
    int end = at + Math.ceilDiv(offered, LANES) * LANES;
    Arrays.fill(offers, at + offered, end, Float.NEGATIVE_INFINITY);
    float threshold = threshold(offers, at, end);
    for (int i = at; i < end; i += LANES) {
      long good = FloatVector.fromArray(SPECIES, offers, i).compare(GE, threshold).toLong();
      // What fills up the last vector comes after more numbers than are kept, and changes nothing.
      for (; good != 0; good &= good - 1) {
        int each = i + Long.numberOfTrailingZeros(good);
        offer(offers[each], first + each - at);
      }
    }
  }

  /**
   * Returns a number that at least as many scores reach as are kept, most often hardly more: that
   * rank among the greatest of each lane. Turns NaN into -infinity.
   */
  private float threshold(float[] offers, int at, int end) {
    FloatVector greatest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int i = at; i < end; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, offers, i);
      // NaN is not even equal to itself.
      x = x.blend(Float.NEGATIVE_INFINITY, x.compare(GE, x).not());
      x.intoArray(offers, i);
      greatest = greatest.blend(x, greatest.compare(LT, x));
    }
    if (scores.length > LANES) return Float.NEGATIVE_INFINITY;
    greatest.intoArray(lanes, 0);
    FloatVector rank = FloatVector.zero(SPECIES);
    for (float lane : lanes) {
      rank = rank.add(1f, FloatVector.broadcast(SPECIES, lane).compare(GT, greatest));
    }
    VectorMask<Float> among = rank.compare(LT, (float) scores.length);
    FloatVector reversed = greatest.neg().blend(Float.NEGATIVE_INFINITY, among.not());
    return -RowSoftmax.greatest(reversed);
  }

  private void offer(float score, int block) {
    if (count == scores.length) {
      if (!(score > scores[least])) return;
      count--;
      for (int i = least; i < count; i++) {
        scores[i] = scores[i + 1];
        blocks[i] = blocks[i + 1];
      }
    }
    scores[count] = score;
    blocks[count++] = block;
    if (count == scores.length) findLeast();
  }

  private void findLeast() {
    least = 0;
    for (int i = 1; i < count; i++) if (scores[i] <= scores[least]) least = i;
  }

  /** Writes the kept blocks. */
  void write(int[] to, int at) {
    System.arraycopy(blocks, 0, to, at, count);
  }
}
