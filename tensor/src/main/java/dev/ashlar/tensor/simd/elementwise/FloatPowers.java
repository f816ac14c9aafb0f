package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Doubles.HALF;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;
import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.DoubleVectorMath;
import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.simd.lanes.Floats;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * x^y of floats as e^(y log |x|) in double precision, so that only the last rounding shows. In
 * three loops: one would be more than C2 takes into a method.
 */
final class FloatPowers {
  private static final Loops.Zip LOGS = FloatPowers::logs;
  private static final Loops.Map POWERS = FloatPowers::powers;
  private static final Loops.Zip SIGNS = FloatPowers::signs;

  /** Numbers from here on are whole. */
  private static final float WHOLE = 0x1p23f;

  private FloatPowers() {}

  /** Computes {@code count} powers: whole vectors. */
  static void compute(
      MemorySegment x, long xAt, MemorySegment y, long yAt, MemorySegment to, long at, int count) {
    MemorySegment logs = Scratch.own().line(0, Blocks.SIZE * (Double.BYTES / Float.BYTES));
    for (int i = 0; i < count; i += Blocks.SIZE) {
      long part = i * 4L;
      int some = Math.min(Blocks.SIZE, count - i);
      Apart.compute(LOGS, x, xAt + part, y, yAt + part, logs, 0, some);
      Apart.compute(POWERS, logs, 0, to, at + part, some);
      Apart.compute(SIGNS, x, xAt + part, y, yAt + part, to, at + part, some);
    }
  }

  /** Stores y log |x| as doubles. */
  private static void logs(
      MemorySegment x, long xAt, MemorySegment y, long yAt, MemorySegment to, long at, int count) {
    MemorySegment results = known(to);
    for (int i = 0; i < count; i += DoubleVectors.LANES) {
      DoubleVector exponent = doubles(y, yAt + i * 4L);
      DoubleVectorMath.log(doubles(x, xAt + i * 4L).abs())
          .mul(exponent)
          .intoMemorySegment(results, at + i * 8L, ORDER);
    }
  }

  private static DoubleVector doubles(MemorySegment x, long at) {
    return (DoubleVector) load(HALF, x, at).convertShape(F2D, D, 0);
  }

  /** Stores |x|^y, given y log |x|. */
  private static void powers(MemorySegment logs, long from, MemorySegment to, long at, int count) {
    MemorySegment results = known(to);
    for (int i = 0; i < count; i += DoubleVectors.LANES) {
      DoubleVector power = DoubleVectorMath.exp(DoubleVectors.load(logs, from + i * 8L));
      ((FloatVector) power.convertShape(D2F, HALF, 0))
          .intoMemorySegment(results, at + i * 4L, ORDER);
    }
  }

  /** Stores x^y, given |x|^y there. */
  private static void signs(
      MemorySegment x, long xAt, MemorySegment y, long yAt, MemorySegment to, long at, int count) {
    for (int i = 0; i < count; i += Floats.LANES) {
      FloatVector size = load(to, at + i * 4L);
      store(signed(size, load(x, xAt + i * 4L), load(y, yAt + i * 4L)), to, at + i * 4L);
    }
  }

  /**
   * Returns x^y, given |x|^y: below zero only whole y have one, and odd ones keep the sign. What is
   * to the power of 0 is 1, whatever it is.
   */
  private static FloatVector signed(FloatVector size, FloatVector x, FloatVector y) {
    VectorMask<Float> whole = isWhole(y);
    VectorMask<Float> odd = whole.andNot(isWhole(y.mul(0.5f)));
    VectorMask<Float> minus = x.reinterpretAsInts().compare(LT, 0).cast(Floats.S);
    VectorMask<Float> undefined =
        x.compare(LT, 0f).and(x.compare(NE, Float.NEGATIVE_INFINITY)).andNot(whole);
    return size.blend(size.neg(), minus.and(odd))
        .blend(Float.NaN, undefined)
        .blend(1f, y.compare(EQ, 0f));
  }

  private static VectorMask<Float> isWhole(FloatVector y) {
    FloatVector size = y.abs();
    return size.add(WHOLE).sub(WHOLE).compare(EQ, size).or(size.compare(GE, WHOLE));
  }
}
