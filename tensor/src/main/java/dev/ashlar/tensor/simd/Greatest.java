package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.FloatBlock.load;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.UMAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The greatest of floats by the order of {@link Math#max}: -0 before 0, and NaN above all. Their
 * bits are compared as whole numbers, which have the same order above zero and the opposite one
 * below, in three instructions where the maximum of the Vector API takes six.
 */
final class Greatest {
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  /** Lanes in which the greatest of a line is kept. */
  static final int LANES = I.length();

  /** Turns the sign: the greatest of -x is minus the least of x. */
  static final int NEGATED = Integer.MIN_VALUE;

  /** The bits of -infinity. */
  private static final int LEAST = 0xFF800000;

  private static final int BELOW_SIGN = 0x7FFFFFFF;

  /** Numbers of NaN whose sign is set, which without this would be the least of all. */
  private static final int NEGATIVE_NANS = 0x7FFFFF;

  private Greatest() {}

  /**
   * Keeps the greatest of each line, lane by lane.
   *
   * @param stride bytes from one line to the next
   * @param count floats of a line, whole vectors
   * @param flip 0, or {@link #NEGATED}
   */
  static void ofLines(
      MemorySegment x, long at, long stride, int lines, int count, int flip, int[] lanes) {
    for (int line = 0; line < lines; line++) {
      long from = at + line * stride;
      IntVector high = IntVector.broadcast(I, LEAST ^ flip);
      IntVector low = high;
      IntVector top = high; // of numbers without a sign: the negative float furthest from zero
      for (int i = 0; i < count; i += LANES) {
        IntVector bits = load(x, from + i * 4L).reinterpretAsInts();
        high = high.max(bits);
        low = low.min(bits);
        top = top.lanewise(UMAX, bits);
      }
      IntVector one = flip == 0 ? greatest(high, low, top) : least(high, low, top);
      ordered(one.lanewise(XOR, flip)).intoArray(lanes, line * LANES);
    }
  }

  /** Returns the greatest, which is {@code low} if all are negative; NaN with a sign is on top. */
  private static IntVector greatest(IntVector high, IntVector low, IntVector top) {
    return low.blend(high, high.compare(GE, 0)).blend(top, top.compare(GT, LEAST));
  }

  /** Returns the least, which is {@code low} if none is negative; NaN without a sign is high. */
  private static IntVector least(IntVector high, IntVector low, IntVector top) {
    return low.blend(top, top.compare(LT, 0)).blend(high, high.compare(GT, LEAST ^ NEGATED));
  }

  private static IntVector ordered(IntVector bits) {
    return bits.lanewise(XOR, bits.lanewise(ASHR, 31).and(BELOW_SIGN)).sub(NEGATIVE_NANS);
  }

  /** Returns the greatest of the lanes of a line as the float that it was. */
  static float of(int[] lanes, int line, int flip) {
    int ordered = IntVector.fromArray(I, lanes, line * LANES).reduceLanes(MAX) + NEGATIVE_NANS;
    return Float.intBitsToFloat(ordered ^ ordered >> 31 & BELOW_SIGN ^ flip);
  }
}
