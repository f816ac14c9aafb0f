package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/** What several kernels compute of single numbers; it becomes part of each. */
final class Scalars {
  private Scalars() {}

  /** Returns the greater number, or NaN if one is. */
  static float max(float a, float b) {
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
  static float min(float a, float b) {
    float r = a;
    if (b < a) {
      r = b;
    }
    if (b != b) {
      r = b;
    }
    return r;
  }

  /** Returns the greater number, or NaN if one is. */
  static double max(double a, double b) {
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
  static double min(double a, double b) {
    double r = a;
    if (b < a) {
      r = b;
    }
    if (b != b) {
      r = b;
    }
    return r;
  }

  /** Returns e^x - 1, exact near 0: the error of e^x is that of its logarithm, and cancels. */
  static float expm1(float x) {
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

  /** Returns log(1 + x), exact near 0: the error of 1 + x is taken out again. */
  static float log1p(float x) {
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

  /** Returns the nearest whole number, ties to the even one. */
  static float round(float x) {
    // Numbers of this size have no binary places left, so the sum is rounded to a whole one.
    float whole = 0x1p23f;
    float size = TornadoMath.abs(x);
    float r = (size + whole) - whole;
    if (x < 0.0f) {
      r = -r;
    }
    if (size > whole || x == 0.0f) {
      r = x;
    }
    return r;
  }

  /** Returns a^b; NaN where Java says so and OpenCL says 1. */
  static float pow(float a, float b) {
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

  /** Returns the exact remainder of a / b, with the sign of a, by long division. */
  static float rem(float a, float b) {
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

  /** Returns a number cut towards 0, the nearest of I32 if it is beyond. */
  static int toInt(float x) {
    int r = (int) x;
    if (x > 0x1.fffffep30f) {
      r = Integer.MAX_VALUE;
    }
    if (x < -0x1p31f) {
      r = Integer.MIN_VALUE;
    }
    return r;
  }

  /** Returns a number cut towards 0, the nearest of I32 if it is beyond. */
  static int toInt(double x) {
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
  static long toLong(float x) {
    return toLong((double) x);
  }

  /** Returns a number cut towards 0, the nearest of I64 if it is beyond. */
  static long toLong(double x) {
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

  /**
   * Returns 64 random bits: number {@code index} of a stream. Plain counterpart: {@code bits} of
   * {@link dev.ashlar.tensor.Key}.
   */
  static long bits(long seed, long stream, long index) {
    int c0 = (int) index;
    int c1 = (int) (index >> 32);
    int c2 = (int) stream;
    int c3 = (int) (stream >> 32);
    int k0 = (int) seed;
    int k1 = (int) (seed >> 32);
    for (int round = 0; round < 10; round++) {
      long p0 = 0xD2511F53L * (c0 & 0xFFFFFFFFL);
      long p1 = 0xCD9E8D57L * (c2 & 0xFFFFFFFFL);
      c0 = (int) (p1 >> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 = k0 + 0x9E3779B9;
      k1 = k1 + 0xBB67AE85;
    }
    return (c1 & 0xFFFFFFFFL) << 32 | (c0 & 0xFFFFFFFFL);
  }

  /** Returns random bits as a number in [0, 1), of its first 24. */
  static float uniform(long bits) {
    // The mask makes the shift one without a sign, which TornadoVM has not.
    return (int) ((bits >> 40) & 0xFFFFFFL) * 0x1p-24f;
  }

  /**
   * Returns number {@code index} of a stream's standard normal distribution (Box and Muller). Plain
   * counterpart: {@code normal} of {@link dev.ashlar.tensor.Key}, in double precision.
   */
  static float normal(long seed, long stream, long index) {
    long first = bits(seed, stream, 2L * index);
    float u = uniform(first);
    // 1 - u is exact but for the 29 bits that were left out of u.
    float rest = (int) ((first >> 11) & 0x1FFFFFFFL) * 0x1p-53f;
    float log = log1p(-(u + rest));
    if (u > 0.5f) {
      log = TornadoMath.log((1.0f - u) - rest);
    }
    float angle = uniform(bits(seed, stream, 2L * index + 1L));
    return TornadoMath.sqrt(-2.0f * log) * TornadoMath.cos(6.2831855f * angle);
  }

  /** Returns 1 / (1 + e^-x). */
  static float sigmoid(float x) {
    return 1.0f / (1.0f + TornadoMath.exp(-x));
  }
}
