package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * What lies between the matrix products of dense attention, for one panel of queries of a tile: the
 * lanes from {@code lane} on. Queries lie along the lanes, so maxima, sums and factors are taken
 * lane by lane and no number crosses lanes. Scores are in units of log 2: queries are multiplied by
 * log2 e beforehand, and a power of two is left to compute.
 *
 * <p>The hot methods are written out for two vectors or four: the compiler takes methods of more
 * than 325 bytes as they are, while smaller ones flow into their caller until it has no nodes left,
 * and what is left over then works on boxed vectors, ten times slower.
 */
final class StripSoftmax {
  private static final FloatVector LANE_NUMBER = FloatVector.zero(SPECIES).addIndex(1);

  // 2^x = 2^n · 2^r with n = round(x); adding ROUNDER leaves n in the lowest bits.
  private static final FloatVector ROUNDER = constant(0x1.8p23f);
  // 2^r for r in ±1/2 to 1e-7, a minimax polynomial.
  private static final FloatVector C0 = constant(1f);
  private static final FloatVector C1 = constant(6.931472028550421e-1f);
  private static final FloatVector C2 = constant(2.402264791363012e-1f);
  private static final FloatVector C3 = constant(5.550332471162809e-2f);
  private static final FloatVector C4 = constant(9.618437357674640e-3f);
  private static final FloatVector C5 = constant(1.339887440266574e-3f);
  private static final FloatVector C6 = constant(1.535336188319500e-4f);
  // Below, 2^x counts as 0: it would be subnormal.
  private static final FloatVector LEAST = constant(-126f);

  private StripSoftmax() {}

  private static FloatVector constant(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /**
   * Hides each key from the queries before it.
   *
   * @param ahead how many rows the first key lies behind the first query
   */
  static void hideFuture(float[] scores, int lane, int count, int ahead) {
    for (int j = Math.max(0, 1 - ahead); j < count; j++) {
      for (int l = 0; l < PANEL; l += LANES) {
        FloatVector.fromArray(SPECIES, scores, j * PITCH + lane + l)
            .blend(Float.NEGATIVE_INFINITY, LANE_NUMBER.compare(LT, (float) (ahead + j - l)))
            .intoArray(scores, j * PITCH + lane + l);
      }
    }
  }

  /**
   * Turns the scores of {@code count} keys with a panel of queries into 2^(score - maximum), with
   * maxima and sums brought up to date; returns whether a maximum grew.
   *
   * @param at where the maxima and sums of the panel's queries begin
   * @param factors written if a maximum grew: what sums so far had to be multiplied by
   * @param news scratch
   */
  static boolean update(
      float[] scores,
      int count,
      int at,
      float[] maxima,
      float[] sums,
      float[] factors,
      float[] news) {
    System.arraycopy(maxima, at, factors, at, PANEL);
    boolean grown = raise(scores, count, maxima, at);
    for (int lane = 0; lane < PANEL; lane += 2 * LANES) {
      if (grown) {
        powers(factors, at + lane, 1, maxima, at + lane, news);
        multiply(sums, at + lane, factors);
      }
      powers(scores, lane, count, maxima, at + lane, news);
      add(sums, at + lane, news);
    }
    return grown;
  }

  private static void multiply(float[] sums, int at, float[] factors) {
    for (int i = at; i < at + 2 * LANES; i++) sums[i] *= factors[i];
  }

  private static void add(float[] sums, int at, float[] news) {
    for (int i = at; i < at + 2 * LANES; i++) sums[i] += news[i];
  }

  /** Raises maxima to those of the scores; returns whether one grew. */
  private static boolean raise(float[] scores, int count, float[] maxima, int at) {
    FloatVector before0 = FloatVector.fromArray(SPECIES, maxima, at);
    FloatVector before1 = FloatVector.fromArray(SPECIES, maxima, at + LANES);
    FloatVector before2 = FloatVector.fromArray(SPECIES, maxima, at + 2 * LANES);
    FloatVector before3 = FloatVector.fromArray(SPECIES, maxima, at + 3 * LANES);
    FloatVector max0 = before0;
    FloatVector max1 = before1;
    FloatVector max2 = before2;
    FloatVector max3 = before3;
    for (int j = 0; j < count; j++) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, j * PITCH);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, j * PITCH + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, scores, j * PITCH + 2 * LANES);
      FloatVector x3 = FloatVector.fromArray(SPECIES, scores, j * PITCH + 3 * LANES);
      max0 = max0.blend(x0, max0.compare(LT, x0));
      max1 = max1.blend(x1, max1.compare(LT, x1));
      max2 = max2.blend(x2, max2.compare(LT, x2));
      max3 = max3.blend(x3, max3.compare(LT, x3));
    }
    max0.intoArray(maxima, at);
    max1.intoArray(maxima, at + LANES);
    max2.intoArray(maxima, at + 2 * LANES);
    max3.intoArray(maxima, at + 3 * LANES);
    return before0
        .compare(LT, max0)
        .or(before1.compare(LT, max1))
        .or(before2.compare(LT, max2))
        .or(before3.compare(LT, max3))
        .anyTrue();
  }

  /**
   * Turns the scores of two vectors of queries, from {@code lane} on, into 2^(score - shift), and
   * writes their sums over the keys; shifts and sums from {@code to} on. NaN gives NaN.
   */
  private static void powers(
      float[] scores, int lane, int count, float[] shifts, int to, float[] sums) {
    FloatVector shift0 = FloatVector.fromArray(SPECIES, shifts, to);
    FloatVector shift1 = FloatVector.fromArray(SPECIES, shifts, to + LANES);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    for (int j = 0; j < count; j++) {
      int at = j * PITCH + lane;
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, at).sub(shift0);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, at + LANES).sub(shift1);
      FloatVector n0 = x0.add(ROUNDER);
      FloatVector n1 = x1.add(ROUNDER);
      FloatVector r0 = x0.sub(n0.sub(ROUNDER));
      FloatVector r1 = x1.sub(n1.sub(ROUNDER));
      FloatVector p0 = r0.fma(C6, C5);
      FloatVector p1 = r1.fma(C6, C5);
      p0 = p0.fma(r0, C4);
      p1 = p1.fma(r1, C4);
      p0 = p0.fma(r0, C3);
      p1 = p1.fma(r1, C3);
      p0 = p0.fma(r0, C2);
      p1 = p1.fma(r1, C2);
      p0 = p0.fma(r0, C1);
      p1 = p1.fma(r1, C1);
      p0 = p0.fma(r0, C0);
      p1 = p1.fma(r1, C0);
      IntVector exponent0 = n0.reinterpretAsInts().lanewise(LSHL, 23);
      IntVector exponent1 = n1.reinterpretAsInts().lanewise(LSHL, 23);
      p0 = p0.reinterpretAsInts().add(exponent0).reinterpretAsFloats();
      p1 = p1.reinterpretAsInts().add(exponent1).reinterpretAsFloats();
      p0 = p0.blend(0f, x0.compare(LT, LEAST));
      p1 = p1.blend(0f, x1.compare(LT, LEAST));
      p0.intoArray(scores, at);
      p1.intoArray(scores, at + LANES);
      sum0 = sum0.add(p0);
      sum1 = sum1.add(p1);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + LANES);
  }

  /**
   * Turns scores into probabilities P = 2^(score - logSumExp), and dP into dScores = P (dP -
   * delta), for {@code count} keys.
   */
  static void gradients(
      float[] scores, float[] dP, int lane, int count, float[] logSumExp, float[] delta) {
    for (int l = lane; l < lane + PANEL; l += 2 * LANES) {
      twoGradients(scores, dP, l, count, logSumExp, delta);
    }
  }

  private static void twoGradients(
      float[] scores, float[] dP, int lane, int count, float[] logSumExp, float[] delta) {
    FloatVector shift0 = FloatVector.fromArray(SPECIES, logSumExp, lane);
    FloatVector shift1 = FloatVector.fromArray(SPECIES, logSumExp, lane + LANES);
    FloatVector delta0 = FloatVector.fromArray(SPECIES, delta, lane);
    FloatVector delta1 = FloatVector.fromArray(SPECIES, delta, lane + LANES);
    for (int j = 0; j < count; j++) {
      int at = j * PITCH + lane;
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, at).sub(shift0);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, at + LANES).sub(shift1);
      FloatVector n0 = x0.add(ROUNDER);
      FloatVector n1 = x1.add(ROUNDER);
      FloatVector r0 = x0.sub(n0.sub(ROUNDER));
      FloatVector r1 = x1.sub(n1.sub(ROUNDER));
      FloatVector p0 = r0.fma(C6, C5);
      FloatVector p1 = r1.fma(C6, C5);
      p0 = p0.fma(r0, C4);
      p1 = p1.fma(r1, C4);
      p0 = p0.fma(r0, C3);
      p1 = p1.fma(r1, C3);
      p0 = p0.fma(r0, C2);
      p1 = p1.fma(r1, C2);
      p0 = p0.fma(r0, C1);
      p1 = p1.fma(r1, C1);
      p0 = p0.fma(r0, C0);
      p1 = p1.fma(r1, C0);
      IntVector exponent0 = n0.reinterpretAsInts().lanewise(LSHL, 23);
      IntVector exponent1 = n1.reinterpretAsInts().lanewise(LSHL, 23);
      p0 = p0.reinterpretAsInts().add(exponent0).reinterpretAsFloats();
      p1 = p1.reinterpretAsInts().add(exponent1).reinterpretAsFloats();
      p0 = p0.blend(0f, x0.compare(LT, LEAST));
      p1 = p1.blend(0f, x1.compare(LT, LEAST));
      p0.intoArray(scores, at);
      p1.intoArray(scores, at + LANES);
      FloatVector d0 = FloatVector.fromArray(SPECIES, dP, at);
      FloatVector d1 = FloatVector.fromArray(SPECIES, dP, at + LANES);
      d0.sub(delta0).mul(p0).intoArray(dP, at);
      d1.sub(delta1).mul(p1).intoArray(dP, at + LANES);
    }
  }
}
