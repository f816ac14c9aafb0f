package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static dev.ashlar.moba.simd.Products.TILE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.simd.VectorMath;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * What lies between the matrix products of attention. Queries lie along the lanes, so maxima, sums
 * and factors are taken lane by lane and no number crosses lanes.
 *
 * <p>The two hot methods are written out for both vectors of a tile: the compiler takes methods of
 * more than 325 bytes as they are, while smaller ones flow into their caller until it has no nodes
 * left, and what is left over then works on boxed vectors, ten times slower.
 */
final class TileSoftmax {
  private static final FloatVector LANE_NUMBER = FloatVector.zero(SPECIES).addIndex(1);

  // e^x = 2^n · 2^r with n = round(x · log2 e); adding ROUNDER leaves n in the lowest bits.
  private static final FloatVector LOG2_E = constant(0x1.715476p0f);
  private static final FloatVector ROUNDER = constant(0x1.8p23f);
  // 2^r for r in ±1/2 to 1e-7, a minimax polynomial.
  private static final FloatVector C0 = constant(1f);
  private static final FloatVector C1 = constant(6.931472028550421e-1f);
  private static final FloatVector C2 = constant(2.402264791363012e-1f);
  private static final FloatVector C3 = constant(5.550332471162809e-2f);
  private static final FloatVector C4 = constant(9.618437357674640e-3f);
  private static final FloatVector C5 = constant(1.339887440266574e-3f);
  private static final FloatVector C6 = constant(1.535336188319500e-4f);
  // Below, e^x counts as 0: no slow subnormal numbers arise.
  private static final FloatVector LEAST = constant(-86f);

  private TileSoftmax() {}

  private static FloatVector constant(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /** Hides key j from the queries before it: from those below {@code ahead + j}. */
  static void hideFuture(float[] scores, int count, int ahead) {
    for (int j = Math.max(0, 1 - ahead); j < count; j++) {
      for (int lane = 0; lane < TILE; lane += LANES) {
        FloatVector.fromArray(SPECIES, scores, j * TILE + lane)
            .blend(Float.NEGATIVE_INFINITY, LANE_NUMBER.compare(LT, (float) (ahead + j - lane)))
            .intoArray(scores, j * TILE + lane);
      }
    }
  }

  /**
   * Turns the scores of {@code count} keys into e^(score - maximum), with {@code maxima} and {@code
   * sums} brought up to date; returns whether some factor differs from 1.
   *
   * @param factors written: what sums so far had to be multiplied by
   * @param news scratch
   */
  static boolean update(
      float[] scores, int count, float[] maxima, float[] sums, float[] factors, float[] news) {
    System.arraycopy(maxima, 0, factors, 0, TILE);
    boolean grown = raise(scores, count, maxima);
    exponentials(factors, 1, maxima, news);
    exponentials(scores, count, maxima, news);
    for (int lane = 0; lane < TILE; lane += LANES) {
      FloatVector.fromArray(SPECIES, sums, lane)
          .fma(
              FloatVector.fromArray(SPECIES, factors, lane),
              FloatVector.fromArray(SPECIES, news, lane))
          .intoArray(sums, lane);
    }
    return grown;
  }

  /** Raises maxima to those of the scores; returns whether one grew. */
  private static boolean raise(float[] scores, int count, float[] maxima) {
    FloatVector before0 = FloatVector.fromArray(SPECIES, maxima, 0);
    FloatVector before1 = FloatVector.fromArray(SPECIES, maxima, LANES);
    FloatVector a0 = before0;
    FloatVector a1 = before1;
    FloatVector b0 = before0;
    FloatVector b1 = before1;
    int end = count * TILE;
    int at = 0;
    for (; at + 2 * TILE <= end; at += 2 * TILE) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, at + LANES);
      FloatVector y0 = FloatVector.fromArray(SPECIES, scores, at + TILE);
      FloatVector y1 = FloatVector.fromArray(SPECIES, scores, at + TILE + LANES);
      a0 = a0.blend(x0, a0.compare(LT, x0));
      a1 = a1.blend(x1, a1.compare(LT, x1));
      b0 = b0.blend(y0, b0.compare(LT, y0));
      b1 = b1.blend(y1, b1.compare(LT, y1));
    }
    if (at < end) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, at + LANES);
      a0 = a0.blend(x0, a0.compare(LT, x0));
      a1 = a1.blend(x1, a1.compare(LT, x1));
    }
    a0 = a0.blend(b0, a0.compare(LT, b0));
    a1 = a1.blend(b1, a1.compare(LT, b1));
    a0.intoArray(maxima, 0);
    a1.intoArray(maxima, LANES);
    return before0.compare(LT, a0).anyTrue() || before1.compare(LT, a1).anyTrue();
  }

  /**
   * Turns the scores of {@code count} keys into e^(score - shift), 0 below e^-86, and writes their
   * sums over the keys. NaN gives NaN.
   */
  private static void exponentials(float[] scores, int count, float[] shifts, float[] sums) {
    FloatVector shift0 = FloatVector.fromArray(SPECIES, shifts, 0);
    FloatVector shift1 = FloatVector.fromArray(SPECIES, shifts, LANES);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    int end = count * TILE;
    for (int at = 0; at < end; at += TILE) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, at).sub(shift0);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, at + LANES).sub(shift1);
      FloatVector n0 = x0.fma(LOG2_E, ROUNDER);
      FloatVector n1 = x1.fma(LOG2_E, ROUNDER);
      FloatVector r0 = x0.fma(LOG2_E, ROUNDER.sub(n0));
      FloatVector r1 = x1.fma(LOG2_E, ROUNDER.sub(n1));
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
      FloatVector e0 = p0.reinterpretAsInts().add(exponent0).reinterpretAsFloats();
      FloatVector e1 = p1.reinterpretAsInts().add(exponent1).reinterpretAsFloats();
      e0 = e0.blend(0f, x0.compare(LT, LEAST));
      e1 = e1.blend(0f, x1.compare(LT, LEAST));
      e0.intoArray(scores, at);
      e1.intoArray(scores, at + LANES);
      sum0 = sum0.add(e0);
      sum1 = sum1.add(e1);
    }
    sum0.intoArray(sums, 0);
    sum1.intoArray(sums, LANES);
  }

  /**
   * Turns scores into probabilities P = e^(score - logSumExp), and dP into dScores = P (dP -
   * delta); rows from {@code count} to the next eight become 0 in both.
   *
   * @param unused scratch
   */
  static void gradients(
      float[] scores, float[] dP, int count, float[] logSumExp, float[] delta, float[] unused) {
    exponentials(scores, count, logSumExp, unused);
    for (int lane = 0; lane < TILE; lane += LANES) {
      FloatVector d = FloatVector.fromArray(SPECIES, delta, lane);
      for (int at = lane; at < count * TILE; at += TILE) {
        FloatVector.fromArray(SPECIES, dP, at)
            .sub(d)
            .mul(FloatVector.fromArray(SPECIES, scores, at))
            .intoArray(dP, at);
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
