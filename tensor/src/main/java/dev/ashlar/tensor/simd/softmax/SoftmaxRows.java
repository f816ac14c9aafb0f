package dev.ashlar.tensor.simd.softmax;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;

import dev.ashlar.tensor.simd.blocks.FloatBlock;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.LaneFolds;
import dev.ashlar.tensor.simd.lanes.VectorMath;
import dev.ashlar.tensor.simd.reduce.Greatest;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What softmax and cross-entropy need of a row of F32, filled up to whole vectors with -infinity:
 * its maximum, e^(x - max), the sum of those, and its logarithm. A float sums {@link #RUN} / lanes
 * of them, another at most 8 such sums, and a double the rest. Results below e^-87 are 0, so that
 * no subnormal number arises.
 */
public final class SoftmaxRows {
  private static final int RUN = 16 * LANES;
  private static final int PART = 8 * RUN;

  /** Up to here a difference is rounded no more coarsely than the power of it. */
  private static final float SLACK = 2;

  private static final int SLACK_BITS = Float.floatToIntBits(SLACK);
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  private SoftmaxRows() {}

  /** Returns the greatest of {@code count} floats, whole vectors of them; NaN if one is NaN. */
  static float max(FloatBlock x, int count) {
    return Greatest.of(x.data(), x.at(), count);
  }

  /** Returns the sum of e^(x - max). */
  static double sumExp(FloatBlock x, float max, int count) {
    int[] lanes = Scratch.own().i;
    double sum = 0;
    for (int i = 0; i < count; i += PART) {
      long at = x.at() + (long) i * Float.BYTES;
      sum += sumPart(x.data(), at, max, Math.min(PART, count - i), lanes);
    }
    return sum;
  }

  /**
   * Returns log(sum of e^x), infinite where the greatest is. Memory is read once: powers are those
   * of differences to the greatest of the first part, until one exceeds {@link #SLACK}.
   */
  public static double logSumExp(FloatBlock x, int count) {
    int[] lanes = Scratch.own().i;
    float shift = 0;
    double sum = 0;
    boolean shifts = true;
    // Each loop of vectors has one call: of more in one method C2 stops inlining before the end.
    for (int i = 0; i < count; ) {
      long at = x.at() + (long) i * Float.BYTES;
      int size = Math.min(PART, count - i);
      if (shifts) {
        float greatest = Math.max(Greatest.of(x.data(), at, size), -Float.MAX_VALUE);
        if (sum != 0) sum *= StrictMath.exp(shift - (double) greatest);
        shift = greatest;
      }
      double part = sumPart(x.data(), at, shift, size, lanes);
      if (!shifts && exceeds(lanes)) {
        shifts = true;
      } else {
        sum += part;
        shifts = sum == 0;
        i += PART;
      }
    }
    if (!Double.isNaN(sum)) return StrictMath.log(sum) + shift;
    float max = max(x, count);
    return Float.isInfinite(max) ? max : Double.NaN;
  }

  /** Sums a part up, and keeps the bits of the greatest differences that are positive. */
  private static double sumPart(MemorySegment x, long at, float shift, int count, int[] lanes) {
    FloatVector sum = FloatVector.zero(S);
    FloatVector run = sum;
    IntVector greatest = IntVector.zero(I);
    for (int i = 0; i < count; i += LANES) {
      FloatVector below = load(x, at + (long) i * Float.BYTES).sub(shift);
      greatest = greatest.max(below.reinterpretAsInts());
      run = run.add(VectorMath.expFlushed(below));
      if ((i & RUN - LANES) == RUN - LANES) {
        sum = sum.add(run);
        run = FloatVector.zero(S);
      }
    }
    greatest.intoArray(lanes, 0);
    float[] sums = Scratch.own().a;
    sum.add(run).intoArray(sums, 0);
    return LaneFolds.sum(sums, 0);
  }

  /** Returns whether a difference exceeds the slack; infinity and positive bits of NaN do, too. */
  private static boolean exceeds(int[] differences) {
    int greatest = 0;
    for (int i = 0; i < LANES; i++) greatest = Math.max(greatest, differences[i]);
    return greatest > SLACK_BITS;
  }

  /** Stores e^(x - max) in y, and returns the sum. */
  static double exp(FloatBlock x, FloatBlock y, float max, int count) {
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
    FloatVector run = sum;
    for (int i = 0; i < count; i += LANES) {
      long byteAt = (long) i * Float.BYTES;
      FloatVector below = load(x, xAt + byteAt).sub(max);
      FloatVector power = VectorMath.expFlushed(below);
      store(power, y, yAt + byteAt);
      run = run.add(power);
      if ((i & RUN - LANES) == RUN - LANES) {
        sum = sum.add(run);
        run = FloatVector.zero(S);
      }
    }
    float[] sums = Scratch.own().a;
    sum.add(run).intoArray(sums, 0);
    return LaneFolds.sum(sums, 0);
  }
}
