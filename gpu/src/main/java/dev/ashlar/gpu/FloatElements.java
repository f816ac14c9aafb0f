package dev.ashlar.gpu;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.ErrorFunction;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * What kernels compute of single numbers of F32, and of BOOL, which is 0 or 1 as {@code float}: a
 * function is named like its operation. {@link ElementCode} says which are used. Plain
 * counterparts: {@code Elementwise} of {@code dev.ashlar.tensor.reference}.
 *
 * <p>TornadoVM makes one operation, rounded once, of a product and a sum that takes it, and fails
 * where a sum takes one product twice. Results are to be those of steps by themselves, so products
 * are kept from sums. It makes {@code <=} true of NaN, and {@code a || b} of more than it should:
 * there are two {@code if}s where one would do.
 *
 * <p>Public, like the other classes of such functions, because kernels are classes of another class
 * loader; of no use to others.
 */
public final class FloatElements {
  private static final float LINEAR = (float) Op.GeluTanh.LINEAR;
  private static final float CUBIC = (float) Op.GeluTanh.CUBIC;
  private static final float SQRT_2 = (float) Math.sqrt(2);
  private static final float DENSITY = (float) (1 / Math.sqrt(2 * Math.PI));

  private FloatElements() {}

  // ---- One number.

  /** Returns x. */
  public static float copy(float x) {
    return x;
  }

  /** Returns -x. */
  public static float negate(float x) {
    return -x;
  }

  /** Returns the size of a number. */
  public static float abs(float x) {
    return TornadoMath.abs(x);
  }

  /** Returns x, or 0 if it is less. */
  public static float relu(float x) {
    float r = x;
    if (x < 0.0f) {
      r = 0.0f;
    }
    return r;
  }

  /** Returns e^x. */
  public static float exp(float x) {
    return TornadoMath.exp(x);
  }

  /** Returns e^x - 1, exact near 0: the error of e^x is that of its logarithm, and cancels. */
  public static float expm1(float x) {
    float e = TornadoMath.exp(x);
    float r = (e - 1.0f) * (x / TornadoMath.log(e));
    if (e == 1.0f) {
      r = x;
    }
    if (e - 1.0f == -1.0f) {
      r = -1.0f;
    }
    if (e == Float.POSITIVE_INFINITY) {
      r = e;
    }
    return r;
  }

  /** Returns the natural logarithm. */
  public static float log(float x) {
    return TornadoMath.log(x);
  }

  /** Returns log(1 + x), exact near 0: the error of 1 + x is taken out again. */
  public static float log1p(float x) {
    float sum = 1.0f + x;
    float r = TornadoMath.log(sum) * (x / (sum - 1.0f));
    if (sum == 1.0f) {
      r = x;
    }
    if (sum == Float.POSITIVE_INFINITY) {
      r = sum;
    }
    return r;
  }

  /** Returns x³. */
  public static float cube(float x) {
    return times(times(x, x), x);
  }

  /** Returns the square root. */
  public static float sqrt(float x) {
    return TornadoMath.sqrt(x);
  }

  /** Returns 1 / x. */
  public static float reciprocal(float x) {
    return 1.0f / x;
  }

  /** Returns the sine. */
  public static float sin(float x) {
    return TornadoMath.sin(x);
  }

  /** Returns the cosine. */
  public static float cos(float x) {
    return TornadoMath.cos(x);
  }

  /** Returns the hyperbolic tangent. */
  public static float tanh(float x) {
    return TornadoMath.tanh(x);
  }

  /** Returns 1 / (1 + e^-x). */
  public static float sigmoid(float x) {
    return 1.0f / (1.0f + TornadoMath.exp(-x));
  }

  /** Returns x · sigmoid(x). */
  public static float silu(float x) {
    return atLeast(x, -100.0f) * sigmoid(x);
  }

  /** Returns the derivative of {@link #silu}. */
  public static float siluSlope(float x) {
    float t = atMost(atLeast(x, -100.0f), 100.0f);
    return sigmoid(t) * (1.0f + t * sigmoid(-t));
  }

  /** Returns the error function. */
  public static float erf(float x) {
    float size = atMost(TornadoMath.abs(x), 4.0f);
    float rest = TornadoMath.exp(-(size * size)) * tail(SQRT_2 * size);
    float r = 1.0f - 2.0f * rest;
    if (x < 0.0f) {
      r = -r;
    }
    if (size < 1.0f) {
      r = x + x * ErrorFunction.near(x * x);
    }
    return r;
  }

  /** Returns x · Φ(x) = max(x, 0) - |x| · Φ(-|x|). */
  public static float gelu(float x) {
    float t = atMost(TornadoMath.abs(x), 13.25f);
    float part = t * (TornadoMath.exp(-0.5f * (t * t)) * tail(t));
    return relu(x) - part;
  }

  /** Returns the derivative of {@link #gelu}, which is 1 less that of -x. */
  public static float geluSlope(float x) {
    float t = atMost(TornadoMath.abs(x), 13.25f);
    float r = TornadoMath.exp(-0.5f * (t * t)) * (tail(t) - DENSITY * t);
    if (!(x < 0.0f)) {
      r = 1.0f - r;
    }
    return r;
  }

  /** Returns x · sigmoid(u), u a cubic of x. */
  public static float geluTanh(float x) {
    float t = atMost(atLeast(x, -12.0f), 12.0f);
    float u = t * (LINEAR + CUBIC * (t * t));
    return atLeast(x, -12.0f) * sigmoid(u);
  }

  /** Returns the derivative of {@link #geluTanh}. */
  public static float geluTanhSlope(float x) {
    float t = atMost(atLeast(x, -12.0f), 12.0f);
    float square = t * t;
    float u = t * (LINEAR + CUBIC * square);
    float slope = LINEAR + 3.0f * CUBIC * square;
    return sigmoid(u) * (1.0f + t * slope * sigmoid(-u));
  }

  /** Returns e^(t²/2) · Φ(-t). */
  private static float tail(float t) {
    float v = 1.0f / (1.0f + ErrorFunction.RATE_F * t);
    return ErrorFunction.tail(2.0f * v - 1.0f) * v;
  }

  /** Returns x, or the bound if x is less. */
  private static float atLeast(float x, float bound) {
    float r = x;
    if (x < bound) {
      r = bound;
    }
    return r;
  }

  /** Returns x, or the bound if x is greater. */
  private static float atMost(float x, float bound) {
    float r = x;
    if (x > bound) {
      r = bound;
    }
    return r;
  }

  /** Returns the greatest whole number that is not greater. */
  public static float floor(float x) {
    return TornadoMath.floor(x);
  }

  /** Returns the nearest whole number, ties to the even one. */
  public static float round(float x) {
    // Numbers of this size have no binary places left, so the sum is rounded to a whole one.
    float whole = 0x1p23f;
    float size = TornadoMath.abs(x);
    float r = (size + whole) - whole;
    if (x < 0.0f) {
      r = -r;
    }
    if (size > whole) {
      r = x;
    }
    if (x == 0.0f) {
      r = x;
    }
    return r;
  }

  /** Returns 1 for 0 and 0 for 1. */
  public static float not(float x) {
    return 1.0f - x;
  }

  // ---- Two numbers.

  /** Returns a + b. */
  public static float plus(float a, float b) {
    return a + b;
  }

  /** Returns a - b. */
  public static float minus(float a, float b) {
    return a - b;
  }

  /** Returns a * b, rounded by itself: the maximum hides the product from sums, see above. */
  public static float times(float a, float b) {
    float r = a * b;
    return TornadoMath.max(r, r);
  }

  /** Returns a / b. */
  public static float div(float a, float b) {
    return a / b;
  }

  /** Returns the exact remainder of a / b, with the sign of a, by long division. */
  public static float rem(float a, float b) {
    float rest = TornadoMath.abs(a);
    float divisor = TornadoMath.abs(b);
    // No NaN by name: TornadoVM writes it as an identifier that OpenCL does not know.
    float none = a - a;
    float r = none / none;
    // One condition each: of two that are joined, TornadoVM takes the second as true of NaN.
    if (rest < Float.POSITIVE_INFINITY) {
      if (divisor > 0.0f) {
        float part = divisor;
        while (part < rest * 0.5f) {
          part = part * 2.0f;
        }
        while (part > divisor) {
          if (!(rest < part)) {
            rest = rest - part;
          }
          part = part * 0.5f;
        }
        while (!(rest < divisor)) {
          rest = rest - divisor;
        }
        r = rest;
        if (a < 0.0f) {
          r = -rest;
        }
        if (a == 0.0f) {
          r = a;
        }
      }
    }
    return r;
  }

  /** Returns a^b; NaN where Java says so and OpenCL says 1. */
  public static float pow(float a, float b) {
    float r = TornadoMath.pow(a, b);
    float size = TornadoMath.abs(a);
    // No NaN by name: TornadoVM writes it as an identifier that OpenCL does not know.
    if (size == 1.0f && TornadoMath.abs(b) == Float.POSITIVE_INFINITY) {
      r = b - b;
    }
    if (b != b) {
      r = b;
    }
    return r;
  }

  /** Returns the greater number, or NaN if one is. */
  public static float maximum(float a, float b) {
    float r = a;
    if (b > a) {
      r = b;
    }
    if (b != b) {
      r = b;
    }
    return r;
  }

  /** Returns the lesser number, or NaN if one is. */
  public static float minimum(float a, float b) {
    float r = a;
    if (b < a) {
      r = b;
    }
    if (b != b) {
      r = b;
    }
    return r;
  }

  /** Returns whether both are true. */
  public static float and(float a, float b) {
    return TornadoMath.min(a, b);
  }

  /** Returns whether one is true. */
  public static float or(float a, float b) {
    return TornadoMath.max(a, b);
  }

  /** Returns whether one alone is true. */
  public static float xor(float a, float b) {
    float r = 0.0f;
    if (a != b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns the lesser of high and the greater of x and low. */
  public static float clamp(float x, float low, float high) {
    return minimum(maximum(x, low), high);
  }

  // ---- Comparisons.

  /** Returns whether a == b. */
  public static float equal(float a, float b) {
    float r = 0.0f;
    if (a == b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a != b. */
  public static float notEqual(float a, float b) {
    float r = 0.0f;
    if (a != b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal <} b. */
  public static float less(float a, float b) {
    float r = 0.0f;
    if (a < b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal <=} b. */
  public static float lessOrEqual(float a, float b) {
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
  public static float greater(float a, float b) {
    float r = 0.0f;
    if (a > b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal >=} b. */
  public static float greaterOrEqual(float a, float b) {
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
  public static float where(float condition, float a, float b) {
    float r = b;
    if (condition != 0.0f) {
      r = a;
    }
    return r;
  }

  // ---- Casts.

  /** Returns the number as F32. */
  public static float toF32(float x) {
    return x;
  }

  /** Returns the number as F64. */
  public static double toF64(float x) {
    return (double) x;
  }

  /** Returns a number cut towards 0, the nearest of I32 if it is beyond. */
  public static int toI32(float x) {
    int r = (int) x;
    if (x > 0x1.fffffep30f) {
      r = Integer.MAX_VALUE;
    }
    if (x < -0x1p31f) {
      r = Integer.MIN_VALUE;
    }
    return r;
  }

  /** Returns a number cut towards 0, the nearest of I64 if it is beyond. */
  public static long toI64(float x) {
    return DoubleElements.toI64((double) x);
  }

  /** Returns whether a number is not 0. */
  public static float toBOOL(float x) {
    float r = 0.0f;
    if (x != 0.0f) {
      r = 1.0f;
    }
    return r;
  }
}
