package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Floats.S;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * The remainders a % b, exact as Java's: |a| - n|b| for a whole n near their quotient. If that lies
 * between -|b| and |b| a fused multiply-add computes it without rounding, whatever n is: it is a
 * multiple of the last digit of a or b, and no longer than b. One below 0 gains |b|. Otherwise,
 * where the quotient is too large for n to be near, or a number is none, 0 or infinite, Java
 * computes the vector's elements one by one.
 */
final class Remainders {
  /** Added to a smaller number and taken off again, these leave a whole one. */
  private static final float ROUND = 0x1.8p23f;

  private static final double ROUND_DOUBLE = 0x1.8p52;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  private Remainders() {}

  static void floats(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += S.length()) {
      FloatVector dividend = FloatVectors.load(a, aAt + i * 4L);
      FloatVector size = dividend.abs();
      FloatVector divisor = FloatVectors.load(b, bAt + i * 4L).abs();
      FloatVector quotient = size.div(divisor).add(ROUND).sub(ROUND);
      FloatVector rest = quotient.neg().fma(divisor, size);
      if (!rest.abs().compare(LT, divisor).allTrue()) {
        eachFloat(a, aAt + i * 4L, b, bAt + i * 4L, y, yAt + i * 4L);
        continue;
      }
      rest = rest.add(divisor, rest.compare(LT, 0f));
      var sign = dividend.reinterpretAsInts().and(Integer.MIN_VALUE);
      FloatVectors.store(rest.reinterpretAsInts().or(sign).reinterpretAsFloats(), y, yAt + i * 4L);
    }
  }

  private static void eachFloat(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt) {
    for (int at = 0; at < S.length() * Float.BYTES; at += Float.BYTES) {
      y.set(FLOAT, yAt + at, a.get(FLOAT, aAt + at) % b.get(FLOAT, bAt + at));
    }
  }

  static void doubles(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += D.length()) {
      DoubleVector dividend = DoubleVectors.load(a, aAt + i * 8L);
      DoubleVector size = dividend.abs();
      DoubleVector divisor = DoubleVectors.load(b, bAt + i * 8L).abs();
      DoubleVector quotient = size.div(divisor).add(ROUND_DOUBLE).sub(ROUND_DOUBLE);
      DoubleVector rest = quotient.neg().fma(divisor, size);
      if (!rest.abs().compare(LT, divisor).allTrue()) {
        eachDouble(a, aAt + i * 8L, b, bAt + i * 8L, y, yAt + i * 8L);
        continue;
      }
      rest = rest.add(divisor, rest.compare(LT, 0.0));
      var sign = dividend.reinterpretAsLongs().and(Long.MIN_VALUE);
      DoubleVectors.store(
          rest.reinterpretAsLongs().or(sign).reinterpretAsDoubles(), y, yAt + i * 8L);
    }
  }

  private static void eachDouble(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt) {
    for (int at = 0; at < D.length() * Double.BYTES; at += Double.BYTES) {
      y.set(DOUBLE, yAt + at, a.get(DOUBLE, aAt + at) % b.get(DOUBLE, bAt + at));
    }
  }
}
