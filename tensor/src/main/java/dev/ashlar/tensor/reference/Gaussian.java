package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.spi.ErrorFunction;

/** The error function, and x · Φ(x) with the distribution Φ of normal numbers. */
final class Gaussian {
  /** From here on Φ(-x) is 0, so that infinities have the limits they should have. */
  private static final double BOUND = 39;

  private Gaussian() {}

  static double erf(double x) {
    double size = Math.abs(x);
    if (size < 1) return x + x * ErrorFunction.near(x * x);
    double t = Math.min(size, BOUND);
    double rest = 2 * StrictMath.exp(-t * t) * tail(Math.sqrt(2) * t);
    return Math.copySign(1 - rest, x);
  }

  /** max(x, 0) - |x| · Φ(-|x|): no difference of numbers that are nearly the same. */
  static double gelu(double x) {
    double t = Math.min(Math.abs(x), BOUND);
    double part = t * (decay(t) * tail(t));
    return x < 0 ? -part : x - part;
  }

  /** Φ(x) + x · φ(x), which is 1 less that of -x. */
  static double geluSlope(double x) {
    double t = Math.min(Math.abs(x), BOUND);
    double below = decay(t) * (tail(t) - t / Math.sqrt(2 * Math.PI));
    return x < 0 ? below : 1 - below;
  }

  /** e^(-t²/2): what rounding the square loses counts as many units in the power as it has. */
  private static double decay(double t) {
    double square = t * t;
    double lost = Math.fma(t, t, -square);
    double power = StrictMath.exp(-square / 2);
    return power - power * lost / 2;
  }

  /** e^(t²/2) · Φ(-t): what roundings of v lose, as a part of it, is carried beside it. */
  private static double tail(double t) {
    double below = 1 + ErrorFunction.RATE * t;
    double v = 1 / below;
    double rest = Math.fma(-v, below, 1) - v * Math.fma(ErrorFunction.RATE, t, 1 - below);
    double p = ErrorFunction.tail(Math.fma(2 * v, rest, 2 * v - 1)) * v;
    return p + p * rest;
  }
}
