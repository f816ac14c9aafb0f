package dev.ashlar.tensor.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Sum and maximum of a vector's lanes. A sum has an order that the number of lanes fixes: the
 * Vector API leaves that of its own open, and with it the last bits.
 */
public final class LaneFolds {
  private LaneFolds() {}

  /** Returns the sum of the lanes in double precision: of every second lane, then of the two. */
  public static double sum(FloatVector vector) {
    float[] lanes = vector.toArray();
    double even = 0;
    double odd = 0;
    for (int i = 0; i < lanes.length; i += 2) {
      even += lanes[i];
      odd += lanes[i + 1];
    }
    return even + odd;
  }

  /** Returns the greatest lane; NaN if one is NaN. */
  public static float max(FloatVector vector) {
    // Of the greatest, unlike of a sum, the order changes no bit.
    return vector.reduceLanes(VectorOperators.MAX);
  }
}
