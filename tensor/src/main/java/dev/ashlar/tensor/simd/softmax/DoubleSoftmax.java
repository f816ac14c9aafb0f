package dev.ashlar.tensor.simd.softmax;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;

import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.DoubleVectorMath;
import dev.ashlar.tensor.simd.lanes.LaneFolds;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

/**
 * What softmax, cross-entropy and attention need of a line of F64 that begins at a byte of memory
 * and is filled up to whole vectors with -infinity. Sums have an order that the number of lanes
 * fixes: some vectors are added up first, so that a long line's sum is about as exact as a short
 * one's. What follows a power in a loop is the Vector API alone: C2 may take in nothing else.
 */
public final class DoubleSoftmax {
  /** Numbers that are added up before they are added to others. */
  private static final int RUN = 16 * LANES;

  private DoubleSoftmax() {}

  /** Returns the greatest of {@code count} numbers; NaN if one is NaN. */
  public static double max(MemorySegment x, long at, int count) {
    DoubleVector max = DoubleVector.broadcast(D, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < count; i += LANES) max = max.max(load(x, at + i * 8L));
    double[] lanes = Scratch.own().lanes;
    max.intoArray(lanes, 0);
    double greatest = Double.NEGATIVE_INFINITY;
    for (int lane = 0; lane < LANES; lane++) greatest = Math.max(greatest, lanes[lane]);
    return greatest;
  }

  /** Returns log(sum of e^x): -infinity or infinity where the greatest is that. */
  public static double logSumExp(MemorySegment x, long at, int count) {
    double max = max(x, at, count);
    if (Double.isInfinite(max)) return max;
    return StrictMath.log(sumExp(x, at, max, count)) + max;
  }

  /** Returns the sum of e^(x - max). */
  static double sumExp(MemorySegment x, long at, double max, int count) {
    DoubleVector sum = DoubleVector.zero(D);
    DoubleVector run = sum;
    for (int i = 0; i < count; i += LANES) {
      run = run.add(DoubleVectorMath.exp(load(x, at + i * 8L).sub(max)));
      if ((i & RUN - LANES) == RUN - LANES) {
        sum = sum.add(run);
        run = DoubleVector.zero(D);
      }
    }
    return LaneFolds.sum(sum.add(run));
  }

  /** Puts e^(x - max) in the place of x, and returns the sum. */
  static double exp(MemorySegment x, long at, double max, int count) {
    MemorySegment powers = known(x);
    DoubleVector sum = DoubleVector.zero(D);
    DoubleVector run = sum;
    for (int i = 0; i < count; i += LANES) {
      long byteAt = at + i * 8L;
      DoubleVector power = DoubleVectorMath.exp(load(x, byteAt).sub(max));
      power.intoMemorySegment(powers, byteAt, ORDER);
      run = run.add(power);
      if ((i & RUN - LANES) == RUN - LANES) {
        sum = sum.add(run);
        run = DoubleVector.zero(D);
      }
    }
    return LaneFolds.sum(sum.add(run));
  }

  /** Puts e^(x - logSumExp) · share in the place of x. */
  public static void softmax(MemorySegment x, long at, double logSumExp, double share, int count) {
    MemorySegment powers = known(x);
    for (int i = 0; i < count; i += LANES) {
      long byteAt = at + i * 8L;
      DoubleVectorMath.exp(load(x, byteAt).sub(logSumExp))
          .mul(share)
          .intoMemorySegment(powers, byteAt, ORDER);
    }
  }
}
