package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * What {@link Scalars} computes, in double precision. No infinity is named: TornadoVM makes a float
 * of it.
 */
final class DoubleScalars {
  private DoubleScalars() {}

  /** Returns e^x - 1, exact near 0: the error of e^x is that of its logarithm, and cancels. */
  static double expm1(double x) {
    double e = TornadoMath.exp(x);
    double r = (e - 1.0) * (x / TornadoMath.log(e));
    if (e == 1.0) {
      r = x;
    }
    if (e - 1.0 == -1.0) {
      r = -1.0;
    }
    if (e > Double.MAX_VALUE) {
      r = e;
    }
    return r;
  }

  /** Returns log(1 + x), exact near 0: the error of 1 + x is taken out again. */
  static double log1p(double x) {
    double sum = 1.0 + x;
    double r = TornadoMath.log(sum) * (x / (sum - 1.0));
    if (sum == 1.0) {
      r = x;
    }
    if (sum > Double.MAX_VALUE) {
      r = sum;
    }
    return r;
  }

  /** Returns the nearest whole number, ties to the even one. */
  static double round(double x) {
    // Numbers of this size have no binary places left, so the sum is rounded to a whole one.
    double whole = 0x1p52;
    double size = TornadoMath.abs(x);
    double r = (size + whole) - whole;
    if (x < 0.0) {
      r = -r;
    }
    if (size > whole || x == 0.0) {
      r = x;
    }
    return r;
  }

  /** Returns a^b; NaN where Java says so and OpenCL says 1. */
  static double pow(double a, double b) {
    double r = TornadoMath.pow(a, b);
    double size = TornadoMath.abs(a);
    // No NaN by name: TornadoVM writes it as an identifier that OpenCL does not know.
    if (size == 1.0 && TornadoMath.abs(b) > Double.MAX_VALUE) {
      r = b - b;
    }
    if (b != b) {
      r = b;
    }
    return r;
  }

  /** Returns the exact remainder of a / b, with the sign of a, by long division. */
  static double rem(double a, double b) {
    double rest = TornadoMath.abs(a);
    double divisor = TornadoMath.abs(b);
    // No NaN by name: TornadoVM writes it as an identifier that OpenCL does not know.
    double none = a - a;
    double r = none / none;
    // One condition each: of two that are joined, TornadoVM takes the second as true of NaN.
    if (divisor > 0.0 * rest) {
      if (!(rest > Double.MAX_VALUE)) {
        double part = divisor;
        while (part < rest * 0.5) {
          part = part * 2.0;
        }
        while (part > divisor) {
          if (!(rest < part)) {
            rest = rest - part;
          }
          part = part * 0.5;
        }
        while (!(rest < divisor)) {
          rest = rest - divisor;
        }
        r = rest;
        if (a < 0.0) {
          r = -rest;
        }
        if (a == 0.0) {
          r = a;
        }
      }
    }
    return r;
  }

  /** Returns random bits as a number in [0, 1), of its first 53. */
  static double uniform(long bits) {
    // The mask makes the shift one without a sign, which TornadoVM has not.
    return (double) ((bits >> 11) & 0x1FFFFFFFFFFFFFL) * 0x1p-53;
  }

  /**
   * Returns number {@code index} of a stream's standard normal distribution (Box and Muller). Plain
   * counterpart: {@code normal} of {@link dev.ashlar.tensor.Key}.
   */
  static double normal(long seed, long stream, long index) {
    // 1 - u is exact.
    double rest = 1.0 - uniform(Scalars.bits(seed, stream, 2L * index));
    double angle = uniform(Scalars.bits(seed, stream, 2L * index + 1L));
    double radius = TornadoMath.sqrt(-2.0 * TornadoMath.log(rest));
    return radius * TornadoMath.cos(6.283185307179586 * angle);
  }
}
