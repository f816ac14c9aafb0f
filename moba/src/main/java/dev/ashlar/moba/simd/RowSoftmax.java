package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Powers.C0;
import static dev.ashlar.moba.simd.Powers.C1;
import static dev.ashlar.moba.simd.Powers.C2;
import static dev.ashlar.moba.simd.Powers.C3;
import static dev.ashlar.moba.simd.Powers.C4;
import static dev.ashlar.moba.simd.Powers.C5;
import static dev.ashlar.moba.simd.Powers.LEAST;
import static dev.ashlar.moba.simd.Powers.LOG2_E;
import static dev.ashlar.moba.simd.Powers.ROUNDER;
import static dev.ashlar.moba.simd.Powers.constant;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.ashlar.tensor.simd.lanes.VectorMath;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What lies between the matrix products of block attention, for one query and keys along the lanes.
 * Sums are kept lane by lane until the end; only maxima cross lanes, which no order can change.
 */
final class RowSoftmax {
  // Positive floats compare as their bits do, and negative ones have negative bits.
  private static final int GREATEST = Float.floatToRawIntBits(16f);
  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);

  private RowSoftmax() {}

  /**
   * Raises maxima to the greatest scores with a panel of keys.
   *
   * @param at where row {@code from} begins; the next ones begin a {@link PanelProducts#PITCH}
   *     later
   */
  static void raise(float[] scores, int at, float[] maxima, int from, int to) {
    for (int t = from; t < to; t++) {
      int row = at + (t - from) * PITCH;
      FloatVector a = FloatVector.fromArray(SPECIES, scores, row);
      FloatVector b = FloatVector.fromArray(SPECIES, scores, row + LANES);
      FloatVector c = FloatVector.fromArray(SPECIES, scores, row + 2 * LANES);
      FloatVector d = FloatVector.fromArray(SPECIES, scores, row + 3 * LANES);
      a = a.blend(b, a.compare(LT, b));
      c = c.blend(d, c.compare(LT, d));
      maxima[t] = Math.max(maxima[t], greatest(a.blend(c, a.compare(LT, c))));
    }
  }

  /** Returns the greatest lane; no order of lanes can change it, not even for zeros and NaN. */
  static float greatest(FloatVector x) {
    // Integers in the order of the floats: negative ones have all bits but the sign turned over.
    IntVector bits = x.reinterpretAsInts();
    int most = bits.lanewise(XOR, bits.lanewise(ASHR, 31).lanewise(LSHR, 1)).reduceLanes(MAX);
    return Float.intBitsToFloat(most ^ most >> 31 >>> 1);
  }

  /** Turns the first {@code count} numbers, rounded up to vectors, into e^(number - now). */
  static void factors(float[] before, float[] now, int count) {
    for (int t = 0; t < count; t += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, before, t);
      exp(x.sub(FloatVector.fromArray(SPECIES, now, t))).intoArray(before, t);
    }
  }

  private static FloatVector exp(FloatVector x) {
    FloatVector n = x.fma(LOG2_E, ROUNDER);
    FloatVector r = x.fma(LOG2_E, ROUNDER.sub(n));
    FloatVector p = r.fma(C5, C4).fma(r, C3).fma(r, C2).fma(r, C1).fma(r, C0);
    IntVector exponent = n.reinterpretAsInts().lanewise(LSHL, 23);
    FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    return e.blend(0f, x.compare(LT, LEAST));
  }

  /**
   * Turns scores with a panel of keys into e^(score - shift), 0 below e^-86, and adds them lane by
   * lane to the rows' sums, one vector each. Returns whether no difference was above 16; otherwise
   * scores and sums may be of no use.
   *
   * @param at where row {@code from} begins; the next ones begin a {@link PanelProducts#PITCH}
   *     later
   * @param sumsAt where the sums of row 0 begin
   */
  static boolean exponentials(
      float[] scores, int at, float[] shifts, float[] sums, int sumsAt, int from, int to) {
    IntVector most = IntVector.zero(INTS);
    for (int t = from; t < to; t++) {
      int row = at + (t - from) * PITCH;
      FloatVector shift = constant(shifts[t]);
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, row).sub(shift);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, row + LANES).sub(shift);
      FloatVector x2 = FloatVector.fromArray(SPECIES, scores, row + 2 * LANES).sub(shift);
      FloatVector x3 = FloatVector.fromArray(SPECIES, scores, row + 3 * LANES).sub(shift);
      most = most.max(x0.reinterpretAsInts()).max(x1.reinterpretAsInts());
      most = most.max(x2.reinterpretAsInts()).max(x3.reinterpretAsInts());
      FloatVector n0 = x0.fma(LOG2_E, ROUNDER);
      FloatVector n1 = x1.fma(LOG2_E, ROUNDER);
      FloatVector n2 = x2.fma(LOG2_E, ROUNDER);
      FloatVector n3 = x3.fma(LOG2_E, ROUNDER);
      FloatVector r0 = x0.fma(LOG2_E, ROUNDER.sub(n0));
      FloatVector r1 = x1.fma(LOG2_E, ROUNDER.sub(n1));
      FloatVector r2 = x2.fma(LOG2_E, ROUNDER.sub(n2));
      FloatVector r3 = x3.fma(LOG2_E, ROUNDER.sub(n3));
      FloatVector p0 = r0.fma(C5, C4);
      FloatVector p1 = r1.fma(C5, C4);
      FloatVector p2 = r2.fma(C5, C4);
      FloatVector p3 = r3.fma(C5, C4);
      p0 = p0.fma(r0, C3);
      p1 = p1.fma(r1, C3);
      p2 = p2.fma(r2, C3);
      p3 = p3.fma(r3, C3);
      p0 = p0.fma(r0, C2);
      p1 = p1.fma(r1, C2);
      p2 = p2.fma(r2, C2);
      p3 = p3.fma(r3, C2);
      p0 = p0.fma(r0, C1);
      p1 = p1.fma(r1, C1);
      p2 = p2.fma(r2, C1);
      p3 = p3.fma(r3, C1);
      p0 = p0.fma(r0, C0);
      p1 = p1.fma(r1, C0);
      p2 = p2.fma(r2, C0);
      p3 = p3.fma(r3, C0);
      IntVector exponent0 = n0.reinterpretAsInts().lanewise(LSHL, 23);
      IntVector exponent1 = n1.reinterpretAsInts().lanewise(LSHL, 23);
      IntVector exponent2 = n2.reinterpretAsInts().lanewise(LSHL, 23);
      IntVector exponent3 = n3.reinterpretAsInts().lanewise(LSHL, 23);
      p0 = p0.reinterpretAsInts().add(exponent0).reinterpretAsFloats();
      p1 = p1.reinterpretAsInts().add(exponent1).reinterpretAsFloats();
      p2 = p2.reinterpretAsInts().add(exponent2).reinterpretAsFloats();
      p3 = p3.reinterpretAsInts().add(exponent3).reinterpretAsFloats();
      p0 = p0.blend(0f, x0.compare(LT, LEAST));
      p1 = p1.blend(0f, x1.compare(LT, LEAST));
      p2 = p2.blend(0f, x2.compare(LT, LEAST));
      p3 = p3.blend(0f, x3.compare(LT, LEAST));
      p0.intoArray(scores, row);
      p1.intoArray(scores, row + LANES);
      p2.intoArray(scores, row + 2 * LANES);
      p3.intoArray(scores, row + 3 * LANES);
      FloatVector sum = FloatVector.fromArray(SPECIES, sums, sumsAt + t * LANES);
      sum.add(p0.add(p1).add(p2.add(p3))).intoArray(sums, sumsAt + t * LANES);
    }
    return most.compare(LE, GREATEST).allTrue();
  }

  /**
   * Turns scores with a panel of keys into e^(score - shift), 0 below e^-86.
   *
   * @param at where row {@code from} begins; the next ones begin a {@link PanelProducts#PITCH}
   *     later
   */
  static void exponentials(float[] scores, int at, float[] shifts, int from, int to) {
    for (int t = from; t < to; t++) {
      int row = at + (t - from) * PITCH;
      FloatVector shift = constant(shifts[t]);
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, row).sub(shift);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, row + LANES).sub(shift);
      FloatVector x2 = FloatVector.fromArray(SPECIES, scores, row + 2 * LANES).sub(shift);
      FloatVector x3 = FloatVector.fromArray(SPECIES, scores, row + 3 * LANES).sub(shift);
      FloatVector n0 = x0.fma(LOG2_E, ROUNDER);
      FloatVector n1 = x1.fma(LOG2_E, ROUNDER);
      FloatVector n2 = x2.fma(LOG2_E, ROUNDER);
      FloatVector n3 = x3.fma(LOG2_E, ROUNDER);
      FloatVector r0 = x0.fma(LOG2_E, ROUNDER.sub(n0));
      FloatVector r1 = x1.fma(LOG2_E, ROUNDER.sub(n1));
      FloatVector r2 = x2.fma(LOG2_E, ROUNDER.sub(n2));
      FloatVector r3 = x3.fma(LOG2_E, ROUNDER.sub(n3));
      FloatVector p0 = r0.fma(C5, C4);
      FloatVector p1 = r1.fma(C5, C4);
      FloatVector p2 = r2.fma(C5, C4);
      FloatVector p3 = r3.fma(C5, C4);
      p0 = p0.fma(r0, C3);
      p1 = p1.fma(r1, C3);
      p2 = p2.fma(r2, C3);
      p3 = p3.fma(r3, C3);
      p0 = p0.fma(r0, C2);
      p1 = p1.fma(r1, C2);
      p2 = p2.fma(r2, C2);
      p3 = p3.fma(r3, C2);
      p0 = p0.fma(r0, C1);
      p1 = p1.fma(r1, C1);
      p2 = p2.fma(r2, C1);
      p3 = p3.fma(r3, C1);
      p0 = p0.fma(r0, C0);
      p1 = p1.fma(r1, C0);
      p2 = p2.fma(r2, C0);
      p3 = p3.fma(r3, C0);
      IntVector exponent0 = n0.reinterpretAsInts().lanewise(LSHL, 23);
      IntVector exponent1 = n1.reinterpretAsInts().lanewise(LSHL, 23);
      IntVector exponent2 = n2.reinterpretAsInts().lanewise(LSHL, 23);
      IntVector exponent3 = n3.reinterpretAsInts().lanewise(LSHL, 23);
      p0 = p0.reinterpretAsInts().add(exponent0).reinterpretAsFloats();
      p1 = p1.reinterpretAsInts().add(exponent1).reinterpretAsFloats();
      p2 = p2.reinterpretAsInts().add(exponent2).reinterpretAsFloats();
      p3 = p3.reinterpretAsInts().add(exponent3).reinterpretAsFloats();
      p0 = p0.blend(0f, x0.compare(LT, LEAST));
      p1 = p1.blend(0f, x1.compare(LT, LEAST));
      p2 = p2.blend(0f, x2.compare(LT, LEAST));
      p3 = p3.blend(0f, x3.compare(LT, LEAST));
      p0.intoArray(scores, row);
      p1.intoArray(scores, row + LANES);
      p2.intoArray(scores, row + 2 * LANES);
      p3.intoArray(scores, row + 3 * LANES);
    }
  }

  /** Turns dP into dScores = P (dP - delta), of rows with a panel of keys like scores. */
  static void gradients(float[] p, int pAt, float[] dP, int dPAt, float[] delta, int from, int to) {
    for (int t = from; t < to; t++) {
      int row = (t - from) * PITCH;
      FloatVector deltas = constant(delta[t]);
      for (int i = row; i < row + PANEL; i += LANES) {
        FloatVector.fromArray(SPECIES, dP, dPAt + i)
            .sub(deltas)
            .mul(FloatVector.fromArray(SPECIES, p, pAt + i))
            .intoArray(dP, dPAt + i);
      }
    }
  }

  /**
   * Writes maximum + log(sum) over the first {@code count} maxima, rounded up to vectors; sums
   * begin at {@code sumsAt}.
   */
  static void logSumExp(float[] maxima, float[] sums, int sumsAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector.fromArray(SPECIES, maxima, i)
          .add(VectorMath.log(FloatVector.fromArray(SPECIES, sums, sumsAt + i)))
          .intoArray(maxima, i);
    }
  }
}
