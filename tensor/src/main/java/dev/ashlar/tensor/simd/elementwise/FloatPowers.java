package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Doubles.HALF;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.DoubleVectorMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * x^y of floats as e^(y log |x|) in double precision, so that only the last rounding shows. In two
 * loops: both functions in one would be more than C2 takes into a method.
 */
final class FloatPowers {
  private static final int LANES = D.length();

  /** Numbers from here on are whole, and halves of whole ones too. */
  private static final double WHOLE = 0x1p51;

  private static final double ROUNDER = 0x1.8p52;

  private FloatPowers() {}

  /** Computes {@code count} powers: whole vectors. */
  static void compute(
      MemorySegment x, long xAt, MemorySegment y, long yAt, MemorySegment to, long at, int count) {
    double[] logs = Scratch.own().lanes;
    for (int i = 0; i < count; i += logs.length) {
      long byteAt = (long) i * Float.BYTES;
      int part = Math.min(logs.length, count - i);
      logs(x, xAt + byteAt, y, yAt + byteAt, logs, part);
      powers(logs, x, xAt + byteAt, y, yAt + byteAt, to, at + byteAt, part);
    }
  }

  /** Stores y log |x|. */
  private static void logs(
      MemorySegment x, long xAt, MemorySegment y, long yAt, double[] to, int count) {
    MemorySegment xs = known(x);
    MemorySegment ys = known(y);
    for (int i = 0; i < count; i += LANES) {
      DoubleVector log = DoubleVectorMath.log(load(xs, xAt + i * 4L).abs());
      log.mul(load(ys, yAt + i * 4L)).intoArray(to, i);
    }
  }

  private static void powers(
      double[] logs,
      MemorySegment x,
      long xAt,
      MemorySegment y,
      long yAt,
      MemorySegment to,
      long at,
      int count) {
    MemorySegment xs = known(x);
    MemorySegment ys = known(y);
    MemorySegment results = known(to);
    for (int i = 0; i < count; i += LANES) {
      DoubleVector size = DoubleVectorMath.exp(DoubleVector.fromArray(D, logs, i));
      DoubleVector power = signed(size, load(xs, xAt + i * 4L), load(ys, yAt + i * 4L));
      ((FloatVector) power.convertShape(D2F, HALF, 0))
          .intoMemorySegment(results, at + i * 4L, ORDER);
    }
  }

  /**
   * Returns x^y, given |x|^y: below zero only whole y have one, and odd ones keep the sign. What is
   * to the power of 0 is 1, whatever it is.
   */
  private static DoubleVector signed(DoubleVector size, DoubleVector x, DoubleVector y) {
    VectorMask<Double> whole = isWhole(y);
    VectorMask<Double> odd = whole.andNot(isWhole(y.mul(0.5)));
    VectorMask<Double> minus = x.reinterpretAsLongs().compare(LT, 0).cast(D);
    VectorMask<Double> undefined =
        x.compare(LT, 0.0).and(x.compare(NE, Double.NEGATIVE_INFINITY)).andNot(whole);
    return size.blend(size.neg(), minus.and(odd))
        .blend(Double.NaN, undefined)
        .blend(1.0, y.compare(EQ, 0.0));
  }

  private static VectorMask<Double> isWhole(DoubleVector y) {
    return y.add(ROUNDER).sub(ROUNDER).compare(EQ, y).or(y.abs().compare(GE, WHOLE));
  }

  private static DoubleVector load(MemorySegment x, long at) {
    return (DoubleVector) FloatVector.fromMemorySegment(HALF, x, at, ORDER).convertShape(F2D, D, 0);
  }
}
