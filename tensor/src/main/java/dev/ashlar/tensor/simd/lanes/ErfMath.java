package dev.ashlar.tensor.simd.lanes;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.spi.ErrorFunction;
import jdk.incubator.vector.FloatVector;

/**
 * The error function, x · Φ(x) with the distribution Φ of normal numbers (gelu), and the derivative
 * of that, of vectors of floats, by the polynomials of {@link ErrorFunction}. In steps for loops of
 * their own: first a power of e, for gelu 2^24 times too large so that it is a normal number
 * wherever it is not 0. As exact as {@link VectorMath}, and independent of the same things: errors
 * are below 1.5 ulp (erf) and 3 ulp (gelu), which is 0 where the result is no normal number.
 */
public final class ErfMath {
  /** Beyond this |x| · Φ(-|x|) is no normal number, and taken as 0. */
  private static final float GELU_ZERO = 13.146246f;

  /** From here on Φ(-|x|) is 0. */
  private static final float GELU_BOUND = 13.25f;

  /** From here on erf rounds to 1. */
  private static final float ERF_BOUND = 4f;

  private static final float SQRT_2 = (float) Math.sqrt(2);
  private static final float DENSITY = (float) (1 / Math.sqrt(2 * Math.PI));

  private ErfMath() {}

  /** Returns e^-x². */
  public static FloatVector erfDecay(FloatVector x) {
    FloatVector t = GateMath.upTo(ERF_BOUND, x.abs());
    return VectorMath.expFlushed(t.mul(t).neg());
  }

  /** Returns the error function of |x| where that is 1 at least, given {@link #erfDecay}. */
  public static FloatVector farErf(FloatVector x, FloatVector decay) {
    FloatVector t = GateMath.upTo(ERF_BOUND, x.abs()).mul(SQRT_2);
    return tail(t).mul(-2f).fma(decay, t.broadcast(1f));
  }

  /** Returns the error function, given {@link #farErf}. */
  public static FloatVector erf(FloatVector x, FloatVector far) {
    FloatVector signed = VectorMath.withSignOf(x, far);
    FloatVector square = x.mul(x);
    FloatVector p = square.fma(ErrorFunction.NF6, ErrorFunction.NF5);
    p = p.fma(square, square.broadcast(ErrorFunction.NF4));
    p = p.fma(square, square.broadcast(ErrorFunction.NF3));
    p = p.fma(square, square.broadcast(ErrorFunction.NF2));
    p = p.fma(square, square.broadcast(ErrorFunction.NF1));
    p = p.fma(square, square.broadcast(ErrorFunction.NF0));
    return signed.blend(p.fma(x, x), x.abs().compare(LT, 1f));
  }

  /** Returns e^(-x²/2), 2^24 times too large. */
  public static FloatVector geluDecay(FloatVector x) {
    FloatVector t = GateMath.upTo(GELU_BOUND, x.abs());
    FloatVector square = t.mul(t);
    // What rounding the square lost counts as many units in the power as the square has.
    FloatVector lost = t.fma(t, square.neg());
    FloatVector a = square.mul(-0.5f);
    FloatVector shifted = a.fma(VectorMath.LOG2_E, GateMath.LIFTED_ROUNDER);
    FloatVector r = VectorMath.reduced(a, shifted.sub(GateMath.LIFTED_ROUNDER));
    FloatVector power = GateMath.power(shifted, lost.fma(lost.broadcast(-0.5f), r));
    return power.blend(0f, t.compare(GT, GELU_ZERO));
  }

  /** Returns x · Φ(x) = max(x, 0) - |x| · Φ(-|x|), given {@link #geluDecay}. */
  public static FloatVector gelu(FloatVector x, FloatVector lifted) {
    // Bounded, for what is infinite would not become 0.
    FloatVector t = GateMath.upTo(GELU_BOUND, x.abs());
    FloatVector part = exactTail(t).mul(lifted).mul(t).mul(GateMath.DROP);
    return x.sub(part).blend(part.neg(), x.compare(LT, 0f));
  }

  /** Returns the derivative Φ(x) + x · φ(x), given {@link #geluDecay}. */
  public static FloatVector geluSlope(FloatVector x, FloatVector lifted) {
    FloatVector t = GateMath.upTo(GELU_BOUND, x.abs());
    FloatVector power = GateMath.dropped(lifted);
    FloatVector below = t.fma(t.broadcast(-DENSITY), tail(t)).mul(power);
    return x.broadcast(1f).sub(below).blend(below, x.compare(LT, 0f));
  }

  /** Returns e^(t²/2) · Φ(-t). */
  private static FloatVector tail(FloatVector t) {
    FloatVector one = t.broadcast(1f);
    FloatVector v = one.div(t.fma(t.broadcast(ErrorFunction.RATE_F), one));
    return polynomial(v.fma(2f, -1f)).mul(v);
  }

  /**
   * Returns it with what roundings of v lose, as a part of it: an error of v counts up to thrice.
   */
  private static FloatVector exactTail(FloatVector t) {
    FloatVector one = t.broadcast(1f);
    FloatVector rate = t.broadcast(ErrorFunction.RATE_F);
    FloatVector below = t.fma(rate, one);
    FloatVector v = one.div(below);
    FloatVector rest = v.fma(t.fma(rate, one.sub(below)).neg(), v.fma(below.neg(), one));
    FloatVector p = polynomial(v.add(v).fma(rest, v.fma(2f, -1f))).mul(v);
    return p.fma(rest, p);
  }

  private static FloatVector polynomial(FloatVector w) {
    FloatVector p = w.fma(ErrorFunction.TF9, ErrorFunction.TF8);
    p = p.fma(w, w.broadcast(ErrorFunction.TF7));
    p = p.fma(w, w.broadcast(ErrorFunction.TF6));
    p = p.fma(w, w.broadcast(ErrorFunction.TF5));
    p = p.fma(w, w.broadcast(ErrorFunction.TF4));
    p = p.fma(w, w.broadcast(ErrorFunction.TF3));
    p = p.fma(w, w.broadcast(ErrorFunction.TF2));
    p = p.fma(w, w.broadcast(ErrorFunction.TF1));
    return p.fma(w, w.broadcast(ErrorFunction.TF0));
  }
}
