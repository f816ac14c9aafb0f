package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.EQ;

import jdk.incubator.vector.FloatVector;

/** Tells whether numbers are neither infinite nor NaN. */
final class Finite {
  private Finite() {}

  static boolean are(float[] numbers) {
    return are(numbers, 0, numbers.length);
  }

  /** Tells of {@code count} numbers that begin at {@code from}. */
  static boolean are(float[] numbers, int from, int count) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector a = zero;
    FloatVector b = zero;
    int i = from;
    int end = from + count;
    // 0 times any other number is NaN, and stays so in a sum.
    for (; i + 2 * LANES <= end; i += 2 * LANES) {
      a = FloatVector.fromArray(SPECIES, numbers, i).fma(zero, a);
      b = FloatVector.fromArray(SPECIES, numbers, i + LANES).fma(zero, b);
    }
    float rest = 0;
    for (; i < end; i++) rest += 0 * numbers[i];
    return a.add(b).compare(EQ, 0f).allTrue() && rest == 0;
  }
}
