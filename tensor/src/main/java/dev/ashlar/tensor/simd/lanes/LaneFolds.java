package dev.ashlar.tensor.simd.lanes;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static jdk.incubator.vector.VectorOperators.F2D;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums of a vector's lanes. They have an order that the number of lanes fixes: the Vector API
 * leaves that of its own open, and with it the last bits.
 */
public final class LaneFolds {
  private static final int LANES = Doubles.D.length();
  private static final VectorShuffle<Double> BEHIND_4 = behind(4);
  private static final VectorShuffle<Double> BEHIND_2 = behind(2);
  private static final VectorShuffle<Double> BEHIND_1 = behind(1);

  private LaneFolds() {}

  private static VectorShuffle<Double> behind(int lanes) {
    return VectorShuffle.fromOp(Doubles.D, lane -> (lane + lanes) % LANES);
  }

  /**
   * Returns the sum, in double precision, of a vector's lanes that were stored from {@code at} on.
   */
  public static double sum(float[] lanes, int at) {
    var low = (DoubleVector) FloatVector.fromArray(Doubles.HALF, lanes, at).convertShape(F2D, D, 0);
    var high =
        (DoubleVector)
            FloatVector.fromArray(Doubles.HALF, lanes, at + LANES).convertShape(F2D, D, 0);
    return sum(low.add(high));
  }

  /** Returns the sum of the lanes: halves are added until one is left. */
  public static double sum(DoubleVector vector) {
    DoubleVector sum = vector;
    if (LANES >= 8) sum = sum.add(sum.rearrange(BEHIND_4));
    if (LANES >= 4) sum = sum.add(sum.rearrange(BEHIND_2));
    return sum.add(sum.rearrange(BEHIND_1)).lane(0);
  }
}
