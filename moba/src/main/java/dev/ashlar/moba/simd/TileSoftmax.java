package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static dev.ashlar.moba.simd.Products.TILE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.simd.VectorMath;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * What lies between the matrix products of attention. Queries lie along the lanes, so maxima, sums
 * and factors are taken lane by lane and no number crosses lanes.
 */
final class TileSoftmax {
  private static final FloatVector LANE_NUMBER = FloatVector.zero(SPECIES).addIndex(1);

  private TileSoftmax() {}

  /** Hides key j from the queries before it: from those below {@code ahead + j}. */
  static void hideFuture(float[] scores, int count, int ahead) {
    for (int j = Math.max(0, 1 - ahead); j < count; j++) {
      hideBelow(scores, j * TILE, ahead + j);
      hideBelow(scores, j * TILE + LANES, ahead + j - LANES);
    }
  }

  private static void hideBelow(float[] scores, int at, int lane) {
    FloatVector.fromArray(SPECIES, scores, at)
        .blend(Float.NEGATIVE_INFINITY, LANE_NUMBER.compare(LT, (float) lane))
        .intoArray(scores, at);
  }

  /**
   * Turns the scores of {@code count} keys into e^(score - maximum), with {@code maxima} and {@code
   * sums} brought up to date.
   *
   * @param factors written: what sums so far had to be multiplied by
   */
  static void update(float[] scores, int count, float[] maxima, float[] sums, float[] factors) {
    for (int lane = 0; lane < TILE; lane += LANES) {
      FloatVector before = FloatVector.fromArray(SPECIES, maxima, lane);
      FloatVector maximum = maximum(scores, count, lane, before);
      FloatVector factor = VectorMath.expFlushed(before.sub(maximum));
      FloatVector sum = exponentials(scores, count, lane, maximum);
      maximum.intoArray(maxima, lane);
      factor.intoArray(factors, lane);
      FloatVector.fromArray(SPECIES, sums, lane).fma(factor, sum).intoArray(sums, lane);
    }
  }

  private static FloatVector maximum(float[] scores, int count, int lane, FloatVector least) {
    FloatVector even = least;
    FloatVector odd = least;
    int j = 0;
    for (; j + 2 <= count; j += 2) {
      even = greater(even, FloatVector.fromArray(SPECIES, scores, j * TILE + lane));
      odd = greater(odd, FloatVector.fromArray(SPECIES, scores, j * TILE + TILE + lane));
    }
    if (j < count) even = greater(even, FloatVector.fromArray(SPECIES, scores, j * TILE + lane));
    return greater(even, odd);
  }

  private static FloatVector greater(FloatVector a, FloatVector b) {
    return a.blend(b, a.compare(LT, b));
  }

  private static FloatVector exponentials(
      float[] scores, int count, int lane, FloatVector maximum) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int j = 0; j < count; j++) {
      int at = j * TILE + lane;
      FloatVector e =
          VectorMath.expFlushed(FloatVector.fromArray(SPECIES, scores, at).sub(maximum));
      e.intoArray(scores, at);
      sum = sum.add(e);
    }
    return sum;
  }

  /**
   * Turns scores into probabilities P = e^(score - logSumExp), and dP into dScores = P (dP -
   * delta); rows from {@code count} to the next eight become 0 in both.
   */
  static void gradients(float[] scores, float[] dP, int count, float[] logSumExp, float[] delta) {
    for (int lane = 0; lane < TILE; lane += LANES) {
      FloatVector lse = FloatVector.fromArray(SPECIES, logSumExp, lane);
      FloatVector d = FloatVector.fromArray(SPECIES, delta, lane);
      for (int j = 0; j < count; j++) {
        int at = j * TILE + lane;
        FloatVector p = VectorMath.expFlushed(FloatVector.fromArray(SPECIES, scores, at).sub(lse));
        p.intoArray(scores, at);
        FloatVector.fromArray(SPECIES, dP, at).sub(d).mul(p).intoArray(dP, at);
      }
    }
    int rounded = Math.ceilDiv(count, ROWS) * ROWS;
    Arrays.fill(scores, count * TILE, rounded * TILE, 0);
    Arrays.fill(dP, count * TILE, rounded * TILE, 0);
  }

  /** Writes maximum + log(sum) over the first {@code count} numbers, rounded up to vectors. */
  static void logSumExp(float[] maxima, float[] sums, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector.fromArray(SPECIES, maxima, i)
          .add(VectorMath.log(FloatVector.fromArray(SPECIES, sums, i)))
          .intoArray(maxima, i);
    }
  }
}
