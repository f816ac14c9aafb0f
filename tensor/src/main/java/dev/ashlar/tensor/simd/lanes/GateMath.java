package dev.ashlar.tensor.simd.lanes;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.Op;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * x · sigmoid(u) of vectors of floats, with u = x (silu) or a cubic of x (the tanh form of gelu),
 * and its derivatives, in two steps for loops of their own: first e^-|u|, 2^24 times too large so
 * that it is a normal number wherever it is not 0. As exact as {@link VectorMath}, and independent
 * of the same things: silu has errors below 3 ulp, the other below 3.5, and both are 0 where the
 * result is no normal number.
 */
public final class GateMath {
  /** Beyond this x · e^-u is no normal number, and taken as 0. */
  private static final float SILU_ZERO = 91.85677f;

  private static final float GELU_ZERO = 10.1006365f;

  /** Below this what is 2^24 times too large would be no normal number in its own size. */
  private static final float LEAST = Float.MIN_NORMAL * 0x1p24f;

  /** From here on sigmoid(u) is 0 or 1. */
  private static final float SILU_BOUND = 100f;

  private static final float GELU_BOUND = 12f;

  /** Makes what is 2^24 times too large its own size. */
  static final float DROP = 0x1p-24f;

  // With this one the lowest bits are n + 127 + 24: see VectorMath.
  static final float LIFTED_ROUNDER = VectorMath.EXPONENT_ROUNDER + 24;

  private static final float LINEAR = (float) Op.GeluTanh.LINEAR;
  private static final float CUBIC = (float) Op.GeluTanh.CUBIC;

  // The same for -u in halvings, in two parts; the first of one ends in zeros, so that it can be
  // taken from a greater number without loss.
  private static final double HALVINGS = -1 / Math.log(2);
  private static final float LINEAR_HIGH =
      Float.intBitsToFloat(Float.floatToRawIntBits((float) (HALVINGS * Op.GeluTanh.LINEAR)) & ~7);
  private static final float LINEAR_LOW = (float) (HALVINGS * Op.GeluTanh.LINEAR - LINEAR_HIGH);
  private static final float CUBIC_HIGH = (float) (HALVINGS * Op.GeluTanh.CUBIC);
  private static final float CUBIC_LOW = (float) (HALVINGS * Op.GeluTanh.CUBIC - CUBIC_HIGH);

  private GateMath() {}

  /** Returns e^-|x|, 2^24 times too large. */
  public static FloatVector siluDecay(FloatVector x) {
    FloatVector t = upTo(SILU_BOUND, x.abs());
    FloatVector a = t.neg();
    FloatVector shifted = a.fma(VectorMath.LOG2_E, LIFTED_ROUNDER);
    FloatVector r = VectorMath.reduced(a, shifted.sub(LIFTED_ROUNDER));
    return power(shifted, r).blend(0f, t.compare(GT, SILU_ZERO));
  }

  /** Returns e^-|u| for the u of the tanh form of gelu, 2^24 times too large. */
  public static FloatVector geluTanhDecay(FloatVector x) {
    // An error of u counts u times in e^-u: what roundings of p lose is carried beside it.
    FloatVector t = upTo(GELU_BOUND, x.abs());
    FloatVector square = t.mul(t);
    FloatVector lost = t.fma(t, square.neg());
    FloatVector p = square.fma(CUBIC_HIGH, LINEAR_HIGH);
    FloatVector rounded = square.fma(square.broadcast(CUBIC_HIGH), p.neg().add(LINEAR_HIGH));
    FloatVector low = square.fma(CUBIC_LOW, LINEAR_LOW).add(rounded);
    low = lost.fma(lost.broadcast(CUBIC_HIGH), low);
    FloatVector shifted = t.fma(p, t.broadcast(LIFTED_ROUNDER));
    FloatVector halvings = t.fma(p, shifted.sub(LIFTED_ROUNDER).neg());
    FloatVector r = t.fma(low, halvings).mul(VectorMath.LN2);
    return power(shifted, r).blend(0f, t.compare(GT, GELU_ZERO));
  }

  /** Returns 2^n · e^r. */
  static FloatVector power(FloatVector shifted, FloatVector r) {
    FloatVector power = shifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
    return VectorMath.slope(r).fma(r.mul(power), power);
  }

  /** Returns x / (1 + e^-u), given e^-|u|. */
  public static FloatVector gate(FloatVector x, FloatVector lifted) {
    // Bounded, for what is infinite would not become 0.
    FloatVector below = upTo(SILU_BOUND, x.abs()).mul(lifted).mul(-DROP);
    return x.blend(below, x.compare(LT, 0f)).div(lifted.fma(DROP, 1f));
  }

  /** Returns the derivative of silu, given {@link #siluDecay}. */
  public static FloatVector siluSlope(FloatVector x, FloatVector lifted) {
    FloatVector t = within(SILU_BOUND, x);
    return slope(t, t, lifted);
  }

  /** Returns the derivative of the tanh form of gelu, given {@link #geluTanhDecay}. */
  public static FloatVector geluTanhSlope(FloatVector x, FloatVector lifted) {
    FloatVector t = within(GELU_BOUND, x);
    return slope(t, t.mul(t).fma(3 * CUBIC, LINEAR).mul(t), lifted);
  }

  /** Returns s · (1 + x · u' · (1 - s)) with s = sigmoid(u), given x · u' and e^-|u|. */
  private static FloatVector slope(FloatVector x, FloatVector xdu, FloatVector lifted) {
    FloatVector one = x.broadcast(1f);
    FloatVector greater = one.div(lifted.fma(DROP, 1f));
    FloatVector lesser = dropped(lifted).mul(greater);
    VectorMask<Float> negative = x.compare(LT, 0f);
    FloatVector s = greater.blend(lesser, negative);
    return s.mul(xdu.fma(lesser.blend(greater, negative), one));
  }

  /** Returns what is 2^24 times too large in its own size, and 0 where that is no normal number. */
  static FloatVector dropped(FloatVector lifted) {
    return lifted.blend(0f, lifted.compare(LT, LEAST)).mul(DROP);
  }

  private static FloatVector within(float bound, FloatVector x) {
    return upTo(bound, x).blend(-bound, x.compare(LT, -bound));
  }

  /** Returns the lesser number; NaN stays. */
  static FloatVector upTo(float bound, FloatVector x) {
    return x.blend(bound, x.compare(GT, bound));
  }
}
