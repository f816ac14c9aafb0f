package dev.ashlar.tensor.simd.reduce;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.UMAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.ashlar.tensor.simd.blocks.Scratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The greatest and the least of floats by the orders of {@link Math#max} and {@link Math#min}: -0
 * before 0, and NaN whatever else there is. Their bits are compared as whole numbers, which have
 * the same order from zero up, and below it the opposite one: a line without a positive number,
 * where the greatest is sought, or without a negative one is looked at again.
 */
public final class Greatest {
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  /** Lanes kept of a line. */
  private static final int LANES = I.length();

  private static final int SIGN = Integer.MIN_VALUE;
  private static final int INFINITY = Float.floatToIntBits(Float.POSITIVE_INFINITY);

  /** The bits of NaN: above those of numbers, as with the sign, where bits count without one. */
  private static final int NAN = 0x7FFFFFFF;

  /** Added to the bits of NaN, and to those of no number, it turns the sign. */
  private static final int NANS = 0x7FFFFF;

  private Greatest() {}

  /** Returns the greatest of {@code count} floats, whole vectors of them. */
  public static float of(MemorySegment x, long at, int count) {
    int[] lanes = Scratch.own().i;
    positive(x, at, 0, 1, count, lanes);
    return greatest(x, at, count, lanes, 0);
  }

  /**
   * Keeps the greatest positive number of each line lane by lane, for {@link #greatest}: apart from
   * it, so that no line need wait for the last.
   *
   * @param stride bytes from one line to the next
   * @param count floats of a line, whole vectors
   */
  static void positive(MemorySegment x, long at, long stride, int lines, int count, int[] lanes) {
    for (int line = 0; line < lines; line++) {
      long from = at + line * stride;
      IntVector top = IntVector.broadcast(I, SIGN);
      IntVector nan = IntVector.zero(I);
      for (int i = 0; i < count; i += LANES) {
        IntVector bits = load(x, from + i * 4L).reinterpretAsInts();
        top = top.max(bits);
        nan = nan.or(bits.add(NANS).lanewise(XOR, bits));
      }
      top.blend(NAN, nan.compare(LT, 0)).intoArray(lanes, line * LANES);
    }
  }

  /** Returns the greatest of a line. */
  static float greatest(MemorySegment x, long at, int count, int[] lanes, int line) {
    int top = IntVector.fromArray(I, lanes, line * LANES).reduceLanes(MAX);
    return Float.intBitsToFloat(top < 0 ? lowest(x, at, count, INFINITY | SIGN) : top);
  }

  /** Keeps the least negative number of each line lane by lane, for {@link #least}. */
  static void negative(MemorySegment x, long at, long stride, int lines, int count, int[] lanes) {
    for (int line = 0; line < lines; line++) {
      long from = at + line * stride;
      IntVector top = IntVector.zero(I);
      IntVector nan = top;
      for (int i = 0; i < count; i += LANES) {
        IntVector bits = load(x, from + i * 4L).reinterpretAsInts();
        top = top.lanewise(UMAX, bits);
        nan = nan.or(bits.add(NANS).lanewise(XOR, bits));
      }
      top = top.blend(NAN | SIGN, nan.compare(LT, 0));
      top.lanewise(XOR, SIGN).intoArray(lanes, line * LANES);
    }
  }

  /** Returns the least of a line. */
  static float least(MemorySegment x, long at, int count, int[] lanes, int line) {
    int top = IntVector.fromArray(I, lanes, line * LANES).reduceLanes(MAX) ^ SIGN;
    return Float.intBitsToFloat(top < 0 ? top : lowest(x, at, count, INFINITY));
  }

  /** Returns the lowest bits of a line whose numbers have one sign. */
  private static int lowest(MemorySegment x, long at, int count, int bits) {
    IntVector low = IntVector.broadcast(I, bits);
    for (int i = 0; i < count; i += LANES) {
      low = low.min(load(x, at + i * 4L).reinterpretAsInts());
    }
    return low.reduceLanes(MIN);
  }
}
