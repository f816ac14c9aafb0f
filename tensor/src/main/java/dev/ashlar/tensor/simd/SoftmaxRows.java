package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.FloatBlock.load;
import static dev.ashlar.tensor.simd.FloatBlock.store;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * What softmax and cross-entropy need of a row of F32, filled up to whole vectors with -infinity:
 * its maximum, e^(x - max), and the sum of those. A float sums at most {@link #PART} / lanes of
 * them, a double the rest. Results below e^-87 are 0, so that no subnormal number arises.
 */
public final class SoftmaxRows {
  private static final int PART = 2048;

  private SoftmaxRows() {}

  /** Returns the greatest of {@code count} floats, whole vectors of them; NaN if one is NaN. */
  public static float max(FloatBlock x, int count) {
    int[] lanes = Scratch.own().i;
    Greatest.ofLines(x.data(), x.at(), 0, 1, count, 0, lanes);
    return Greatest.of(lanes, 0, 0);
  }

  /** Returns the sum of e^(x - max). */
  public static double sumExp(FloatBlock x, float max, int count) {
    double sum = 0;
    for (int i = 0; i < count; i += PART) {
      sum += sumPart(x.data(), x.at() + (long) i * Float.BYTES, max, Math.min(PART, count - i));
    }
    return sum;
  }

  private static double sumPart(MemorySegment x, long at, float max, int count) {
    FloatVector sum = FloatVector.zero(S);
    for (int i = 0; i < count; i += LANES) {
      long from = at + (long) i * Float.BYTES;
      FloatVector below = load(x, from).sub(max);
      sum = sum.add(VectorMath.expFlushed(below));
    }
    return total(sum);
  }

  /** Stores e^(x - max) in y, and returns the sum. */
  public static double exp(FloatBlock x, FloatBlock y, float max, int count) {
    double sum = 0;
    for (int i = 0; i < count; i += PART) {
      long byteAt = (long) i * Float.BYTES;
      int part = Math.min(PART, count - i);
      sum += expPart(x.data(), x.at() + byteAt, y.data(), y.at() + byteAt, max, part);
    }
    return sum;
  }

  private static double expPart(
      MemorySegment x, long xAt, MemorySegment y, long yAt, float max, int count) {
    FloatVector sum = FloatVector.zero(S);
    for (int i = 0; i < count; i += LANES) {
      long byteAt = (long) i * Float.BYTES;
      FloatVector below = load(x, xAt + byteAt).sub(max);
      FloatVector power = VectorMath.expFlushed(below);
      store(power, y, yAt + byteAt);
      sum = sum.add(power);
    }
    return total(sum);
  }

  private static double total(FloatVector sum) {
    float[] lanes = Scratch.own().a;
    sum.intoArray(lanes, 0);
    return LaneFolds.sum(lanes, 0);
  }
}
