package dev.ashlar.gpu;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.ErrorFunction;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * The functions of {@link FloatElements} for F64. No infinity is named: TornadoVM makes a float of
 * it.
 */
public final class DoubleElements {
  private static final double LINEAR = Op.GeluTanh.LINEAR;
  private static final double CUBIC = Op.GeluTanh.CUBIC;
  private static final double SQRT_2 = Math.sqrt(2);
  private static final double DENSITY = 1 / Math.sqrt(2 * Math.PI);

  private DoubleElements() {}

  // ---- One number.

  /** Returns x. */
  public static double copy(double x) {
    return x;
  }

  /** Returns -x. */
  public static double negate(double x) {
    return -x;
  }

  /** Returns the size of a number. */
  public static double abs(double x) {
    return TornadoMath.abs(x);
  }

  /** Returns x, or 0 if it is less. */
  public static double relu(double x) {
    double r = x;
    if (x < 0.0) {
      r = 0.0;
    }
    return r;
  }

  /** Returns e^x. */
  public static double exp(double x) {
    return TornadoMath.exp(x);
  }

  /** Returns e^x - 1, exact near 0: the error of e^x is that of its logarithm, and cancels. */
  public static double expm1(double x) {
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

  /** Returns the natural logarithm. */
  public static double log(double x) {
    return TornadoMath.log(x);
  }

  /** Returns log(1 + x), exact near 0: the error of 1 + x is taken out again. */
  public static double log1p(double x) {
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

  /** Returns x³. */
  public static double cube(double x) {
    return times(times(x, x), x);
  }

  /** Returns the square root. */
  public static double sqrt(double x) {
    return TornadoMath.sqrt(x);
  }

  /** Returns 1 / x. */
  public static double reciprocal(double x) {
    return 1.0 / x;
  }

  /** Returns the sine. */
  public static double sin(double x) {
    return TornadoMath.sin(x);
  }

  /** Returns the cosine. */
  public static double cos(double x) {
    return TornadoMath.cos(x);
  }

  /** Returns the hyperbolic tangent. */
  public static double tanh(double x) {
    return TornadoMath.tanh(x);
  }

  /** Returns 1 / (1 + e^-x). */
  public static double sigmoid(double x) {
    return 1.0 / (1.0 + TornadoMath.exp(-x));
  }

  /** Returns x · sigmoid(x). */
  public static double silu(double x) {
    return atLeast(x, -800.0) * sigmoid(x);
  }

  /** Returns the derivative of {@link #silu}. */
  public static double siluSlope(double x) {
    double t = atMost(atLeast(x, -800.0), 800.0);
    return sigmoid(t) * (1.0 + t * sigmoid(-t));
  }

  /** Returns the error function. */
  public static double erf(double x) {
    double size = atMost(TornadoMath.abs(x), 6.0);
    double rest = TornadoMath.exp(-(size * size)) * tail(SQRT_2 * size);
    double r = 1.0 - 2.0 * rest;
    if (x < 0.0) {
      r = -r;
    }
    if (size < 1.0) {
      r = x + x * ErrorFunction.near(x * x);
    }
    return r;
  }

  /** Returns x · Φ(x) = max(x, 0) - |x| · Φ(-|x|). */
  public static double gelu(double x) {
    double t = atMost(TornadoMath.abs(x), 39.0);
    double part = t * (TornadoMath.exp(-0.5 * (t * t)) * tail(t));
    return relu(x) - part;
  }

  /** Returns the derivative of {@link #gelu}, which is 1 less that of -x. */
  public static double geluSlope(double x) {
    double t = atMost(TornadoMath.abs(x), 39.0);
    double r = TornadoMath.exp(-0.5 * (t * t)) * (tail(t) - DENSITY * t);
    if (!(x < 0.0)) {
      r = 1.0 - r;
    }
    return r;
  }

  /** Returns x · sigmoid(u), u a cubic of x. */
  public static double geluTanh(double x) {
    double t = atMost(atLeast(x, -30.0), 30.0);
    double u = t * (LINEAR + CUBIC * (t * t));
    return atLeast(x, -30.0) * sigmoid(u);
  }

  /** Returns the derivative of {@link #geluTanh}. */
  public static double geluTanhSlope(double x) {
    double t = atMost(atLeast(x, -30.0), 30.0);
    double square = t * t;
    double u = t * (LINEAR + CUBIC * square);
    double slope = LINEAR + 3.0 * CUBIC * square;
    return sigmoid(u) * (1.0 + t * slope * sigmoid(-u));
  }

  /** Returns e^(t²/2) · Φ(-t). */
  private static double tail(double t) {
    double v = 1.0 / (1.0 + ErrorFunction.RATE * t);
    return ErrorFunction.tail(2.0 * v - 1.0) * v;
  }

  /** Returns x, or the bound if x is less. */
  private static double atLeast(double x, double bound) {
    double r = x;
    if (x < bound) {
      r = bound;
    }
    return r;
  }

  /** Returns x, or the bound if x is greater. */
  private static double atMost(double x, double bound) {
    double r = x;
    if (x > bound) {
      r = bound;
    }
    return r;
  }

  /** Returns the greatest whole number that is not greater. */
  public static double floor(double x) {
    return TornadoMath.floor(x);
  }

  /** Returns the nearest whole number, ties to the even one. */
  public static double round(double x) {
    // Numbers of this size have no binary places left, so the sum is rounded to a whole one.
    double whole = 0x1p52;
    double size = TornadoMath.abs(x);
    double r = (size + whole) - whole;
    if (x < 0.0) {
      r = -r;
    }
    if (size > whole) {
      r = x;
    }
    if (x == 0.0) {
      r = x;
    }
    return r;
  }

  // ---- Two numbers.

  /** Returns a + b. */
  public static double plus(double a, double b) {
    return a + b;
  }

  /** Returns a - b. */
  public static double minus(double a, double b) {
    return a - b;
  }

  /** Returns a * b, rounded by itself: the maximum hides the product from sums, see above. */
  public static double times(double a, double b) {
    double r = a * b;
    return TornadoMath.max(r, r);
  }

  /** Returns a / b. */
  public static double div(double a, double b) {
    return a / b;
  }

  /** Returns the exact remainder of a / b, with the sign of a, by long division. */
  public static double rem(double a, double b) {
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

  /** Returns a^b; NaN where Java says so and OpenCL says 1. */
  public static double pow(double a, double b) {
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

  /** Returns the greater number, or NaN if one is. */
  public static double maximum(double a, double b) {
    double r = a;
    if (b > a) {
      r = b;
    }
    if (b != b) {
      r = b;
    }
    return r;
  }

  /** Returns the lesser number, or NaN if one is. */
  public static double minimum(double a, double b) {
    double r = a;
    if (b < a) {
      r = b;
    }
    if (b != b) {
      r = b;
    }
    return r;
  }

  /** Returns the lesser of high and the greater of x and low. */
  public static double clamp(double x, double low, double high) {
    return minimum(maximum(x, low), high);
  }

  // ---- Comparisons.

  /** Returns whether a == b. */
  public static float equal(double a, double b) {
    float r = 0.0f;
    if (a == b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a != b. */
  public static float notEqual(double a, double b) {
    float r = 0.0f;
    if (a != b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal <} b. */
  public static float less(double a, double b) {
    float r = 0.0f;
    if (a < b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal <=} b. */
  public static float lessOrEqual(double a, double b) {
    float r = 0.0f;
    if (a < b) {
      r = 1.0f;
    }
    if (a == b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal >} b. */
  public static float greater(double a, double b) {
    float r = 0.0f;
    if (a > b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal >=} b. */
  public static float greaterOrEqual(double a, double b) {
    float r = 0.0f;
    if (a > b) {
      r = 1.0f;
    }
    if (a == b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns a where the condition is true, else b. */
  public static double where(float condition, double a, double b) {
    double r = b;
    if (condition != 0.0f) {
      r = a;
    }
    return r;
  }

  // ---- Casts.

  /** Returns the number as F32. */
  public static float toF32(double x) {
    return (float) x;
  }

  /** Returns the number as F64. */
  public static double toF64(double x) {
    return x;
  }

  /** Returns a number cut towards 0, the nearest of I32 if it is beyond. */
  public static int toI32(double x) {
    int r = (int) x;
    if (x > 2147483647.0) {
      r = Integer.MAX_VALUE;
    }
    if (x < -2147483648.0) {
      r = Integer.MIN_VALUE;
    }
    return r;
  }

  /** Returns a number cut towards 0, the nearest of I64 if it is beyond. */
  public static long toI64(double x) {
    // In parts, for TornadoVM casts to int whatever is asked.
    int high = (int) (x * 0x1p-40);
    double rest = x - high * 0x1p40;
    int middle = (int) (rest * 0x1p-20);
    int low = (int) (rest - middle * 0x1p20);
    long r = high * (1L << 40) + middle * (1L << 20) + low;
    if (!(x < 0x1p63)) {
      r = Long.MAX_VALUE;
    }
    if (x < -0x1p63) {
      r = Long.MIN_VALUE;
    }
    if (x != x) {
      r = 0L;
    }
    return r;
  }

  /** Returns whether a number is not 0. */
  public static float toBOOL(double x) {
    float r = 0.0f;
    if (x != 0.0) {
      r = 1.0f;
    }
    return r;
  }
}
