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
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What lies between the matrix products of dense attention, for one panel of queries of a tile: the
 * lanes from {@code lane} on. Queries lie along the lanes, so maxima, sums and factors are taken
 * lane by lane and no number crosses lanes.
 *
 * <p>The hot methods are written out for four vectors: a power is a chain of operations that wait
 * for each other, and four chains keep the processor busy. Besides, the compiler takes methods of
 * more than 325 bytes as they are, while smaller ones flow into their caller until it has no nodes
 * left, and what is left over then works on boxed vectors, ten times slower.
 */
final class StripSoftmax {
  private static final FloatVector LANE_NUMBER = FloatVector.zero(SPECIES).addIndex(1);

  // Positive floats compare as their bits do.
  private static final int GREATEST = Float.floatToRawIntBits(8f);

  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);

  /**
   * The keys whose powers one call of a loop computes: the compiler takes a method up after 600
   * calls and 15,000 rounds of its loops, and until then each vector is an object.
   */
  private static final int FEW = 16;

  private StripSoftmax() {}

  /**
   * Hides each key from the queries before it.
   *
   * @param at where the first key's scores with a panel of queries begin
   * @param ahead how many rows the first key lies behind the first query
   */
  static void hideFuture(float[] scores, int at, int count, int ahead) {
    for (int j = Math.max(0, 1 - ahead); j < count; j++) {
      for (int l = 0; l < PANEL; l += LANES) {
        FloatVector.fromArray(SPECIES, scores, at + j * PITCH + l)
            .blend(Float.NEGATIVE_INFINITY, LANE_NUMBER.compare(LT, (float) (ahead + j - l)))
            .intoArray(scores, at + j * PITCH + l);
      }
    }
  }

  /**
   * Raises the maxima of a panel of queries, {@code at} and on, to those of the scores of {@code
   * count} keys, the first of which begin at {@code from}; returns whether one grew.
   */
  static boolean raise(float[] scores, int from, int count, float[] maxima, int at) {
    FloatVector before0 = FloatVector.fromArray(SPECIES, maxima, at);
    FloatVector before1 = FloatVector.fromArray(SPECIES, maxima, at + LANES);
    FloatVector before2 = FloatVector.fromArray(SPECIES, maxima, at + 2 * LANES);
    FloatVector before3 = FloatVector.fromArray(SPECIES, maxima, at + 3 * LANES);
    FloatVector max0 = before0;
    FloatVector max1 = before1;
    FloatVector max2 = before2;
    FloatVector max3 = before3;
    for (int j = 0; j < count; j++) {
      int row = from + j * PITCH;
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, row);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, row + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, scores, row + 2 * LANES);
      FloatVector x3 = FloatVector.fromArray(SPECIES, scores, row + 3 * LANES);
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
   * Turns the scores of {@code count} keys with a panel of queries into e^(score - shift), and adds
   * these to the sums of their queries. Returns whether no difference was above 8; otherwise scores
   * and sums are of no use. NaN gives NaN.
   *
   * @param from where the first key's scores begin
   * @param lane where the shifts and sums of the panel's queries begin
   */
  static boolean powers(
      float[] scores, int from, int count, float[] shifts, int lane, float[] sums) {
    boolean near = true;
    for (int j = 0; j < count; j += FEW) {
      int some = Math.min(FEW, count - j);
      near &= fewPowers(scores, from + j * PITCH, some, shifts, lane, sums);
    }
    return near;
  }

  private static boolean fewPowers(
      float[] scores, int from, int count, float[] shifts, int lane, float[] sums) {
    FloatVector shift0 = FloatVector.fromArray(SPECIES, shifts, lane);
    FloatVector shift1 = FloatVector.fromArray(SPECIES, shifts, lane + LANES);
    FloatVector shift2 = FloatVector.fromArray(SPECIES, shifts, lane + 2 * LANES);
    FloatVector shift3 = FloatVector.fromArray(SPECIES, shifts, lane + 3 * LANES);
    FloatVector sum0 = FloatVector.fromArray(SPECIES, sums, lane);
    FloatVector sum1 = FloatVector.fromArray(SPECIES, sums, lane + LANES);
    FloatVector sum2 = FloatVector.fromArray(SPECIES, sums, lane + 2 * LANES);
    FloatVector sum3 = FloatVector.fromArray(SPECIES, sums, lane + 3 * LANES);
    IntVector most0 = IntVector.zero(INTS);
    IntVector most1 = IntVector.zero(INTS);
    IntVector most2 = IntVector.zero(INTS);
    IntVector most3 = IntVector.zero(INTS);
    for (int j = 0; j < count; j++) {
      int at = from + j * PITCH;
      FloatVector x0 = FloatVector.fromArray(SPECIES, scores, at).sub(shift0);
      FloatVector x1 = FloatVector.fromArray(SPECIES, scores, at + LANES).sub(shift1);
      FloatVector x2 = FloatVector.fromArray(SPECIES, scores, at + 2 * LANES).sub(shift2);
      FloatVector x3 = FloatVector.fromArray(SPECIES, scores, at + 3 * LANES).sub(shift3);
      most0 = most0.max(x0.reinterpretAsInts());
      most1 = most1.max(x1.reinterpretAsInts());
      most2 = most2.max(x2.reinterpretAsInts());
      most3 = most3.max(x3.reinterpretAsInts());
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
      p0.intoArray(scores, at);
      p1.intoArray(scores, at + LANES);
      p2.intoArray(scores, at + 2 * LANES);
      p3.intoArray(scores, at + 3 * LANES);
      sum0 = sum0.add(p0);
      sum1 = sum1.add(p1);
      sum2 = sum2.add(p2);
      sum3 = sum3.add(p3);
    }
    sum0.intoArray(sums, lane);
    sum1.intoArray(sums, lane + LANES);
    sum2.intoArray(sums, lane + 2 * LANES);
    sum3.intoArray(sums, lane + 3 * LANES);
    return most0.max(most1).max(most2.max(most3)).compare(LE, GREATEST).allTrue();
  }

  /**
   * Turns dP of {@code count} keys with a panel of queries into dScores = P (dP - delta).
   *
   * @param pFrom where the first key's P begin, and {@code dPFrom} its dP
   * @param lane where the deltas of the panel's queries begin
   */
  static void gradients(
      float[] p, int pFrom, float[] dP, int dPFrom, int count, float[] delta, int lane) {
    FloatVector delta0 = FloatVector.fromArray(SPECIES, delta, lane);
    FloatVector delta1 = FloatVector.fromArray(SPECIES, delta, lane + LANES);
    FloatVector delta2 = FloatVector.fromArray(SPECIES, delta, lane + 2 * LANES);
    FloatVector delta3 = FloatVector.fromArray(SPECIES, delta, lane + 3 * LANES);
    for (int j = 0; j < count; j++) {
      int at = pFrom + j * PITCH;
      int into = dPFrom + j * PITCH;
      gradient(p, at, dP, into, delta0);
      gradient(p, at + LANES, dP, into + LANES, delta1);
      gradient(p, at + 2 * LANES, dP, into + 2 * LANES, delta2);
      gradient(p, at + 3 * LANES, dP, into + 3 * LANES, delta3);
    }
  }

  private static void gradient(float[] p, int at, float[] dP, int into, FloatVector delta) {
    FloatVector.fromArray(SPECIES, dP, into)
        .sub(delta)
        .mul(FloatVector.fromArray(SPECIES, p, at))
        .intoArray(dP, into);
  }
}
