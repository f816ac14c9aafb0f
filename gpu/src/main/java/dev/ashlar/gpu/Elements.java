package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * What the kernels of {@link Fused} steps compute of single numbers: a function is named like the
 * operation, and what has none here is not fused. BOOL is 0 or 1 as {@code float}. Plain
 * counterparts: {@code Elementwise} of {@code dev.ashlar.tensor.reference}.
 *
 * <p>TornadoVM makes one operation, rounded once, of a product and a sum that takes it, and fails
 * where a sum takes one product twice. Results are to be those of steps by themselves, so products
 * are kept from sums.
 *
 * <p>Public because those kernels are classes of another class loader; of no use to others.
 */
public final class Elements {
  private Elements() {}

  // ---- One number.

  /** Returns x. */
  public static float copy(float x) {
    return x;
  }

  /** Returns -x. */
  public static float negate(float x) {
    return -x;
  }

  /** Returns x, or 0 if it is less. */
  public static float relu(float x) {
    float r = x;
    if (x < 0.0f) {
      r = 0.0f;
    }
    return r;
  }

  /** Returns the size of a number. */
  public static float abs(float x) {
    return TornadoMath.abs(x);
  }

  /** Returns e^x. */
  public static float exp(float x) {
    return TornadoMath.exp(x);
  }

  /** Returns the natural logarithm. */
  public static float log(float x) {
    return TornadoMath.log(x);
  }

  /** Returns the square root. */
  public static float sqrt(float x) {
    return TornadoMath.sqrt(x);
  }

  /** Returns the greatest whole number that is not greater. */
  public static float floor(float x) {
    return TornadoMath.floor(x);
  }

  /** Returns 1 / x. */
  public static float reciprocal(float x) {
    return 1.0f / x;
  }

  /** Returns x. */
  public static double copy(double x) {
    return x;
  }

  /** Returns -x. */
  public static double negate(double x) {
    return -x;
  }

  /** Returns x, or 0 if it is less. */
  public static double relu(double x) {
    double r = x;
    if (x < 0.0) {
      r = 0.0;
    }
    return r;
  }

  /** Returns the size of a number. */
  public static double abs(double x) {
    return TornadoMath.abs(x);
  }

  /** Returns e^x. */
  public static double exp(double x) {
    return TornadoMath.exp(x);
  }

  /** Returns the natural logarithm. */
  public static double log(double x) {
    return TornadoMath.log(x);
  }

  /** Returns the square root. */
  public static double sqrt(double x) {
    return TornadoMath.sqrt(x);
  }

  /** Returns the greatest whole number that is not greater. */
  public static double floor(double x) {
    return TornadoMath.floor(x);
  }

  /** Returns 1 / x. */
  public static double reciprocal(double x) {
    return 1.0 / x;
  }

  /** Returns x. */
  public static int copy(int x) {
    return x;
  }

  /** Returns -x. */
  public static int negate(int x) {
    return -x;
  }

  /** Returns x, or 0 if it is less. */
  public static int relu(int x) {
    int r = x;
    if (x < 0) {
      r = 0;
    }
    return r;
  }

  /** Returns the size of a number. */
  public static int abs(int x) {
    int r = x;
    if (x < 0) {
      r = -x;
    }
    return r;
  }

  /** Returns x. */
  public static long copy(long x) {
    return x;
  }

  /** Returns -x. */
  public static long negate(long x) {
    return -x;
  }

  /** Returns x, or 0 if it is less. */
  public static long relu(long x) {
    long r = x;
    if (x < 0L) {
      r = 0L;
    }
    return r;
  }

  /** Returns the size of a number. */
  public static long abs(long x) {
    long r = x;
    if (x < 0L) {
      r = -x;
    }
    return r;
  }

  /** Returns the hyperbolic tangent. */
  public static float tanh(float x) {
    return TornadoMath.tanh(x);
  }

  /** Returns 1 / (1 + e^-x). */
  public static float sigmoid(float x) {
    return Scalars.sigmoid(x);
  }

  /** Returns e^x - 1. */
  public static float expm1(float x) {
    return Scalars.expm1(x);
  }

  /** Returns log(1 + x). */
  public static float log1p(float x) {
    return Scalars.log1p(x);
  }

  /** Returns the nearest whole number, ties to the even one. */
  public static float round(float x) {
    return Scalars.round(x);
  }

  /** Returns the sine. */
  public static float sin(float x) {
    return TornadoMath.sin(x);
  }

  /** Returns the cosine. */
  public static float cos(float x) {
    return TornadoMath.cos(x);
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

  /** Returns the greater number, or NaN if one is. */
  public static float maximum(float a, float b) {
    return Scalars.max(a, b);
  }

  /** Returns the lesser number, or NaN if one is. */
  public static float minimum(float a, float b) {
    return Scalars.min(a, b);
  }

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

  /** Returns the greater number, or NaN if one is. */
  public static double maximum(double a, double b) {
    return Scalars.max(a, b);
  }

  /** Returns the lesser number, or NaN if one is. */
  public static double minimum(double a, double b) {
    return Scalars.min(a, b);
  }

  /** Returns a + b. */
  public static int plus(int a, int b) {
    return a + b;
  }

  /** Returns a - b. */
  public static int minus(int a, int b) {
    return a - b;
  }

  /** Returns a * b. */
  public static int times(int a, int b) {
    return a * b;
  }

  /** Returns the greater number. */
  public static int maximum(int a, int b) {
    return TornadoMath.max(a, b);
  }

  /** Returns the lesser number. */
  public static int minimum(int a, int b) {
    return TornadoMath.min(a, b);
  }

  /** Returns a + b. */
  public static long plus(long a, long b) {
    return a + b;
  }

  /** Returns a - b. */
  public static long minus(long a, long b) {
    return a - b;
  }

  /** Returns a * b. */
  public static long times(long a, long b) {
    return a * b;
  }

  /** Returns the greater number. */
  public static long maximum(long a, long b) {
    return TornadoMath.max(a, b);
  }

  /** Returns the lesser number. */
  public static long minimum(long a, long b) {
    return TornadoMath.min(a, b);
  }

  /** Returns a^b. */
  public static float pow(float a, float b) {
    return Scalars.pow(a, b);
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

  // ---- Comparisons. Two where one would do: TornadoVM makes <= true of NaN.

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

  /** Returns whether a {@literal >} b. */
  public static float greater(float a, float b) {
    float r = 0.0f;
    if (a > b) {
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

  /** Returns whether a {@literal >} b. */
  public static float greater(double a, double b) {
    float r = 0.0f;
    if (a > b) {
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

  /** Returns whether a == b. */
  public static float equal(int a, int b) {
    float r = 0.0f;
    if (a == b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a != b. */
  public static float notEqual(int a, int b) {
    float r = 0.0f;
    if (a != b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal <} b. */
  public static float less(int a, int b) {
    float r = 0.0f;
    if (a < b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal >} b. */
  public static float greater(int a, int b) {
    float r = 0.0f;
    if (a > b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal <=} b. */
  public static float lessOrEqual(int a, int b) {
    float r = 0.0f;
    if (a < b) {
      r = 1.0f;
    }
    if (a == b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal >=} b. */
  public static float greaterOrEqual(int a, int b) {
    float r = 0.0f;
    if (a > b) {
      r = 1.0f;
    }
    if (a == b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a == b. */
  public static float equal(long a, long b) {
    float r = 0.0f;
    if (a == b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a != b. */
  public static float notEqual(long a, long b) {
    float r = 0.0f;
    if (a != b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal <} b. */
  public static float less(long a, long b) {
    float r = 0.0f;
    if (a < b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal >} b. */
  public static float greater(long a, long b) {
    float r = 0.0f;
    if (a > b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal <=} b. */
  public static float lessOrEqual(long a, long b) {
    float r = 0.0f;
    if (a < b) {
      r = 1.0f;
    }
    if (a == b) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns whether a {@literal >=} b. */
  public static float greaterOrEqual(long a, long b) {
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

  /** Returns a where the condition is true, else b. */
  public static double where(float condition, double a, double b) {
    double r = b;
    if (condition != 0.0f) {
      r = a;
    }
    return r;
  }

  /** Returns a where the condition is true, else b. */
  public static int where(float condition, int a, int b) {
    int r = b;
    if (condition != 0.0f) {
      r = a;
    }
    return r;
  }

  /** Returns a where the condition is true, else b. */
  public static long where(float condition, long a, long b) {
    long r = b;
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

  /** Returns the number as I32. */
  public static int toI32(float x) {
    return Scalars.toInt(x);
  }

  /** Returns the number as I64. */
  public static long toI64(float x) {
    return Scalars.toLong(x);
  }

  /** Returns whether a number is not 0. */
  public static float toBOOL(float x) {
    float r = 0.0f;
    if (x != 0.0f) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns the number as F32. */
  public static float toF32(double x) {
    return (float) x;
  }

  /** Returns the number as F64. */
  public static double toF64(double x) {
    return x;
  }

  /** Returns the number as I32. */
  public static int toI32(double x) {
    return Scalars.toInt(x);
  }

  /** Returns the number as I64. */
  public static long toI64(double x) {
    return Scalars.toLong(x);
  }

  /** Returns whether a number is not 0. */
  public static float toBOOL(double x) {
    float r = 0.0f;
    if (x != 0.0) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns the number as F32. */
  public static float toF32(int x) {
    return (float) x;
  }

  /** Returns the number as F64. */
  public static double toF64(int x) {
    return (double) x;
  }

  /** Returns the number as I32. */
  public static int toI32(int x) {
    return x;
  }

  /** Returns the number as I64. */
  public static long toI64(int x) {
    return (long) x;
  }

  /** Returns whether a number is not 0. */
  public static float toBOOL(int x) {
    float r = 0.0f;
    if (x != 0) {
      r = 1.0f;
    }
    return r;
  }

  /** Returns the number as F32. */
  public static float toF32(long x) {
    return (float) x;
  }

  /** Returns the number as F64. */
  public static double toF64(long x) {
    return (double) x;
  }

  /** Returns the number as I32. */
  public static int toI32(long x) {
    return (int) x;
  }

  /** Returns the number as I64. */
  public static long toI64(long x) {
    return x;
  }

  /** Returns whether a number is not 0. */
  public static float toBOOL(long x) {
    float r = 0.0f;
    if (x != 0L) {
      r = 1.0f;
    }
    return r;
  }

  // ---- Updates.

  /** Returns a running mean: beta · old + rest · x. */
  public static float moment(float old, float x, float beta, float rest) {
    return beta * old + rest * x;
  }

  /** Returns a running mean of squares: beta · old + rest · x². */
  public static float squaredMoment(float old, float x, float beta, float rest) {
    return beta * old + rest * x * x;
  }

  /** Returns a parameter after a step of {@code AdamWStep}, whose pace is (rate, pace, root). */
  public static float adamW(
      float old,
      float first,
      float second,
      double rate,
      double pace,
      double root,
      float weightDecay,
      float epsilon) {
    float decay = (float) rate * weightDecay;
    float size = TornadoMath.sqrt(second) + epsilon * (float) root;
    return old - (decay * old + (float) pace * first / size);
  }

  /** Returns total + weight · x. */
  public static float accumulate(float total, float x, float weight) {
    return total + weight * x;
  }
}
