package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.Op;

/**
 * The sigmoid, and what it gates: x · sigmoid(u) with u = x (silu) or a cubic of x (the tanh form
 * of gelu). Beyond the bounds below the sigmoid is 0 or 1, so that infinities have the limits they
 * should have.
 */
final class Gates {
  private static final double SILU_BOUND = 800;
  private static final double GELU_BOUND = 30;

  private Gates() {}

  static double sigmoid(double x) {
    // e^-x would overflow for x < -709, and lose the last digits of a small result before that.
    if (x >= 0) return 1 / (1 + StrictMath.exp(-x));
    double e = StrictMath.exp(x);
    return e / (1 + e);
  }

  static double silu(double x) {
    return Math.max(x, -SILU_BOUND) * sigmoid(x);
  }

  static double siluSlope(double x) {
    double t = bounded(x, SILU_BOUND);
    return sigmoid(t) * (1 + t * sigmoid(-t));
  }

  static double geluTanh(double x) {
    double t = bounded(x, GELU_BOUND);
    return Math.max(x, -GELU_BOUND)
        * sigmoid(t * (Op.GeluTanh.LINEAR + Op.GeluTanh.CUBIC * (t * t)));
  }

  static double geluTanhSlope(double x) {
    double t = bounded(x, GELU_BOUND);
    double u = t * (Op.GeluTanh.LINEAR + Op.GeluTanh.CUBIC * (t * t));
    double slope = Op.GeluTanh.LINEAR + 3 * Op.GeluTanh.CUBIC * (t * t);
    return sigmoid(u) * (1 + t * slope * sigmoid(-u));
  }

  /** Returns x between -bound and bound; NaN stays. */
  private static double bounded(double x, double bound) {
    return Math.min(Math.max(x, -bound), bound);
  }
}
