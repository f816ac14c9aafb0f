package dev.ashlar.autodiff.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vectors that this machine computes in. */
final class Lanes {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int COUNT = SPECIES.length();

  private Lanes() {}

  /** Returns the size of an array that holds {@code size} elements in whole vectors. */
  static int padded(int size) {
    return Math.ceilDiv(size, COUNT) * COUNT;
  }

  /**
   * Returns an array for {@code size} elements in whole vectors, with {@code padding} behind them.
   */
  static float[] array(int size, float padding) {
    float[] array = new float[padded(size)];
    Arrays.fill(array, size, array.length, padding);
    return array;
  }

  /**
   * Returns the sum of the lanes, from the first to the last: the JDK's own sum has no fixed order.
   */
  static double sum(FloatVector vector) {
    double sum = 0;
    for (float lane : vector.toArray()) sum += lane;
    return sum;
  }

  /** Returns the greatest lane; NaN if one is NaN. */
  static float max(FloatVector vector) {
    float max = Float.NEGATIVE_INFINITY;
    for (float lane : vector.toArray()) max = Math.max(max, lane);
    return max;
  }

  /** Returns how many rows of this size make a chunk worth handing to a thread. */
  static long grain(int width) {
    return Math.max(1, 16_384 / Math.max(1, width));
  }
}
