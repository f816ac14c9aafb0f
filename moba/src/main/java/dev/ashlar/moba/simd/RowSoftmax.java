package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.ashlar.tensor.simd.VectorMath;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * What lies between the matrix products of block attention, for one query and keys along the lanes.
 * Sums are kept lane by lane until the end; only maxima cross lanes, which no order can change.
 */
final class RowSoftmax {
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

  private RowSoftmax() {}

  private static FloatVector constant(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /** Returns the greatest of {@code width} numbers, a multiple of two vectors; NaN if one is. */
  static float greatest(float[] scores, int at, int width) {
    FloatVector a = FloatVector.fromArray(SPECIES, scores, at);
    FloatVector b = FloatVector.fromArray(SPECIES, scores, at + LANES);
    for (int i = at + 2 * LANES; i < at + width; i += 2 * LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, scores, i);
      FloatVector y = FloatVector.fromArray(SPECIES, scores, i + LANES);
      a = a.blend(x, a.compare(LT, x));
      b = b.blend(y, b.compare(LT, y));
    }
    a = a.blend(b, a.compare(LT, b));
    return greatest(a);
  }

  /** Returns the greatest lane; no order of lanes can change it, not even for zeros and NaN. */
  static float greatest(FloatVector x) {
    // Integers in the order of the floats: negative ones have all bits but the sign turned over.
    IntVector bits = x.reinterpretAsInts();
    int most = bits.lanewise(XOR, bits.lanewise(ASHR, 31).lanewise(LSHR, 1)).reduceLanes(MAX);
    return Float.intBitsToFloat(most ^ most >> 31 >>> 1);
  }

  /**
   * Multiplies a row of {@code depth} numbers and its sums by e^(before - now).
   *
   * @param sums from {@code sumsAt}, one vector
   */
  static void rescale(
      float before, float now, float[] row, int at, int depth, float[] sums, int sumsAt) {
    FloatVector factor = exp(constant(before).sub(now));
    FloatVector.fromArray(SPECIES, sums, sumsAt).mul(factor).intoArray(sums, sumsAt);
    for (int d = at; d < at + depth; d += LANES) {
      FloatVector.fromArray(SPECIES, row, d).mul(factor).intoArray(row, d);
    }
  }

  private static FloatVector exp(FloatVector x) {
    FloatVector n = x.fma(LOG2_E, ROUNDER);
    FloatVector r = x.fma(LOG2_E, ROUNDER.sub(n));
    FloatVector p = r.fma(C6, C5).fma(r, C4).fma(r, C3).fma(r, C2).fma(r, C1).fma(r, C0);
    IntVector exponent = n.reinterpretAsInts().lanewise(LSHL, 23);
    FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    return e.blend(0f, x.compare(LT, LEAST));
  }

  /**
   * Turns {@code width} scores into e^(score - shift), 0 below e^-86, and adds them lane by lane to
   * the vector of sums from {@code sumsAt}.
   */
  static void exponentials(
      float[] scores, int at, int width, float shift, float[] sums, int sumsAt) {
    FloatVector shifts = constant(shift);
    FloatVector sum0 = FloatVector.fromArray(SPECIES, sums, sumsAt);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    for (int i = at; i < at + width; i += 2 * LANES) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, i).sub(shifts);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, i + LANES).sub(shifts);
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
      e0.intoArray(scores, i);
      e1.intoArray(scores, i + LANES);
      sum0 = sum0.add(e0);
      sum1 = sum1.add(e1);
    }
    sum0.add(sum1).intoArray(sums, sumsAt);
  }

  /**
   * Turns {@code width} scores into probabilities P = e^(score - logSumExp), and dP into dScores =
   * P (dP - delta).
   */
  static void gradients(
      float[] scores, float[] dP, int at, int width, float logSumExp, float delta) {
    FloatVector shifts = constant(logSumExp);
    FloatVector deltas = constant(delta);
    for (int i = at; i < at + width; i += 2 * LANES) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, i).sub(shifts);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, i + LANES).sub(shifts);
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
      e0.intoArray(scores, i);
      e1.intoArray(scores, i + LANES);
      e0.mul(FloatVector.fromArray(SPECIES, dP, i).sub(deltas)).intoArray(dP, i);
      e1.mul(FloatVector.fromArray(SPECIES, dP, i + LANES).sub(deltas)).intoArray(dP, i + LANES);
    }
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
