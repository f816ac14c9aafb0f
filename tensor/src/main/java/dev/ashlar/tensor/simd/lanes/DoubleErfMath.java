package dev.ashlar.tensor.simd.lanes;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.spi.ErrorFunction;
import jdk.incubator.vector.DoubleVector;

/** What {@link ErfMath} is for floats, in double precision and more steps. */
public final class DoubleErfMath {
  /** From here on Φ(-|x|) is 0. */
  private static final double GELU_BOUND = 39;

  /** From here on erf rounds to 1. */
  private static final double ERF_BOUND = 6;

  private static final double SQRT_2 = Math.sqrt(2);
  private static final double DENSITY = 1 / Math.sqrt(2 * Math.PI);

  // As vectors: making them of numbers takes so many nodes that C2 would take no more than half of
  // the polynomial into a loop.
  private static final DoubleVector ONE = DoubleVector.broadcast(D, 1);
  private static final DoubleVector RATE = DoubleVector.broadcast(D, ErrorFunction.RATE);
  private static final DoubleVector T0 = DoubleVector.broadcast(D, ErrorFunction.T0);
  private static final DoubleVector T1 = DoubleVector.broadcast(D, ErrorFunction.T1);
  private static final DoubleVector T2 = DoubleVector.broadcast(D, ErrorFunction.T2);
  private static final DoubleVector T3 = DoubleVector.broadcast(D, ErrorFunction.T3);
  private static final DoubleVector T4 = DoubleVector.broadcast(D, ErrorFunction.T4);
  private static final DoubleVector T5 = DoubleVector.broadcast(D, ErrorFunction.T5);
  private static final DoubleVector T6 = DoubleVector.broadcast(D, ErrorFunction.T6);
  private static final DoubleVector T7 = DoubleVector.broadcast(D, ErrorFunction.T7);
  private static final DoubleVector T8 = DoubleVector.broadcast(D, ErrorFunction.T8);
  private static final DoubleVector T9 = DoubleVector.broadcast(D, ErrorFunction.T9);
  private static final DoubleVector T10 = DoubleVector.broadcast(D, ErrorFunction.T10);
  private static final DoubleVector T11 = DoubleVector.broadcast(D, ErrorFunction.T11);
  private static final DoubleVector T12 = DoubleVector.broadcast(D, ErrorFunction.T12);
  private static final DoubleVector T13 = DoubleVector.broadcast(D, ErrorFunction.T13);
  private static final DoubleVector T14 = DoubleVector.broadcast(D, ErrorFunction.T14);
  private static final DoubleVector T15 = DoubleVector.broadcast(D, ErrorFunction.T15);
  private static final DoubleVector T16 = DoubleVector.broadcast(D, ErrorFunction.T16);
  private static final DoubleVector T17 = DoubleVector.broadcast(D, ErrorFunction.T17);
  private static final DoubleVector T18 = DoubleVector.broadcast(D, ErrorFunction.T18);
  private static final DoubleVector T19 = DoubleVector.broadcast(D, ErrorFunction.T19);
  private static final DoubleVector T20 = DoubleVector.broadcast(D, ErrorFunction.T20);
  private static final DoubleVector T21 = DoubleVector.broadcast(D, ErrorFunction.T21);
  private static final DoubleVector T22 = DoubleVector.broadcast(D, ErrorFunction.T22);

  private DoubleErfMath() {}

  /** Returns -x². */
  public static DoubleVector erfPower(DoubleVector x) {
    DoubleVector t = DoubleVectorMath.upTo(ERF_BOUND, x.abs());
    return t.mul(t).neg();
  }

  /** Returns -x²/2. */
  public static DoubleVector power(DoubleVector x) {
    DoubleVector t = DoubleVectorMath.upTo(GELU_BOUND, x.abs());
    return t.mul(t).mul(-0.5);
  }

  /** Returns Φ(-√2 · |x|), given e^-x². */
  public static DoubleVector erfTail(DoubleVector x, DoubleVector decay) {
    return tail(DoubleVectorMath.upTo(ERF_BOUND, x.abs()).mul(SQRT_2)).mul(decay);
  }

  /** Returns Φ(-|x|), given e^(-x²/2). */
  public static DoubleVector geluTail(DoubleVector x, DoubleVector decay) {
    return exactTail(DoubleVectorMath.upTo(GELU_BOUND, x.abs())).mul(decay);
  }

  /** Returns the derivative of gelu at -|x|, given e^(-x²/2). */
  public static DoubleVector slopeTail(DoubleVector x, DoubleVector decay) {
    DoubleVector t = DoubleVectorMath.upTo(GELU_BOUND, x.abs());
    return t.fma(t.broadcast(-DENSITY), tail(t)).mul(decay);
  }

  /** Returns the error function, given {@link #erfTail}. */
  public static DoubleVector erf(DoubleVector x, DoubleVector tail) {
    DoubleVector far = tail.fma(tail.broadcast(-2.0), tail.broadcast(1.0));
    far = far.blend(far.neg(), x.compare(LT, 0.0));
    return far.blend(near(x), x.abs().compare(LT, 1.0));
  }

  private static DoubleVector near(DoubleVector x) {
    DoubleVector square = x.mul(x);
    DoubleVector p = square.fma(ErrorFunction.N12, ErrorFunction.N11);
    p = p.fma(square, square.broadcast(ErrorFunction.N10));
    p = p.fma(square, square.broadcast(ErrorFunction.N9));
    p = p.fma(square, square.broadcast(ErrorFunction.N8));
    p = p.fma(square, square.broadcast(ErrorFunction.N7));
    p = p.fma(square, square.broadcast(ErrorFunction.N6));
    p = p.fma(square, square.broadcast(ErrorFunction.N5));
    p = p.fma(square, square.broadcast(ErrorFunction.N4));
    p = p.fma(square, square.broadcast(ErrorFunction.N3));
    p = p.fma(square, square.broadcast(ErrorFunction.N2));
    p = p.fma(square, square.broadcast(ErrorFunction.N1));
    p = p.fma(square, square.broadcast(ErrorFunction.N0));
    return p.fma(x, x);
  }

  /** Returns x · Φ(x) = max(x, 0) - |x| · Φ(-|x|), given {@link #geluTail}. */
  public static DoubleVector gelu(DoubleVector x, DoubleVector tail) {
    // Bounded, for what is infinite would not become 0.
    DoubleVector t = DoubleVectorMath.upTo(GELU_BOUND, x.abs());
    DoubleVector part = t.mul(tail);
    // What rounding the square lost counts as many units in the power as the square has.
    DoubleVector lost = t.fma(t, t.mul(t).neg());
    part = lost.mul(-0.5).fma(part, part);
    return x.sub(part).blend(part.neg(), x.compare(LT, 0.0));
  }

  /** Returns the derivative of gelu, given {@link #slopeTail}. */
  public static DoubleVector slope(DoubleVector x, DoubleVector below) {
    return below.broadcast(1.0).sub(below).blend(below, x.compare(LT, 0.0));
  }

  /** Returns e^(t²/2) · Φ(-t). */
  private static DoubleVector tail(DoubleVector t) {
    DoubleVector v = ONE.div(t.fma(RATE, ONE));
    return polynomial(v.add(v).sub(ONE)).mul(v);
  }

  /**
   * Returns it with what roundings of v lose, as a part of it: an error of v counts up to four
   * times.
   */
  private static DoubleVector exactTail(DoubleVector t) {
    DoubleVector below = t.fma(RATE, ONE);
    DoubleVector v = ONE.div(below);
    DoubleVector rest = v.fma(t.fma(RATE, ONE.sub(below)).neg(), v.fma(below.neg(), ONE));
    DoubleVector twice = v.add(v);
    DoubleVector p = polynomial(twice.fma(rest, twice.sub(ONE))).mul(v);
    return p.fma(rest, p);
  }

  private static DoubleVector polynomial(DoubleVector w) {
    DoubleVector p = w.fma(T22, T21);
    p = p.fma(w, T20);
    p = p.fma(w, T19);
    p = p.fma(w, T18);
    p = p.fma(w, T17);
    p = p.fma(w, T16);
    p = p.fma(w, T15);
    p = p.fma(w, T14);
    p = p.fma(w, T13);
    p = p.fma(w, T12);
    p = p.fma(w, T11);
    p = p.fma(w, T10);
    p = p.fma(w, T9);
    p = p.fma(w, T8);
    p = p.fma(w, T7);
    p = p.fma(w, T6);
    p = p.fma(w, T5);
    p = p.fma(w, T4);
    p = p.fma(w, T3);
    p = p.fma(w, T2);
    p = p.fma(w, T1);
    return p.fma(w, T0);
  }
}
