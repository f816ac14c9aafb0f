package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The functions of {@link FloatElements} for I64. Those that can fail report it, as {@link
 * Tasks#fault} says.
 */
public final class LongElements {
  private LongElements() {}

  // ---- One number.

  /** Returns x. */
  public static long copy(long x) {
    return x;
  }

  /** Returns -x. */
  public static long negate(long x) {
    return -x;
  }

  /** Returns the size of a number. */
  public static long abs(long x) {
    long r = x;
    if (x < 0L) {
      r = -x;
    }
    return r;
  }

  /** Returns x, or 0 if it is less. */
  public static long relu(long x) {
    long r = x;
    if (x < 0L) {
      r = 0L;
    }
    return r;
  }

  // ---- Two numbers.

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

  /** Returns a / b cut towards 0, and reports a division by 0, which would end some processes. */
  public static long div(long a, long b, IntArray faults, int fault) {
    long r = -a;
    if (b == 0L) {
      faults.set(fault, faults.get(fault) | 1);
    }
    // The quotient of the least number and -1 would end a process too.
    if (b != -1L) {
      if (b != 0L) {
        r = a / b;
      }
    }
    return r;
  }

  /** Returns the remainder of a / b, with the sign of a, and reports a division by 0. */
  public static long rem(long a, long b, IntArray faults, int fault) {
    return a - div(a, b, faults, fault) * b;
  }

  /** Returns a^b, and reports a negative exponent. */
  public static long pow(long a, long b, IntArray faults, int fault) {
    if (b < 0L) {
      faults.set(fault, faults.get(fault) | 1);
    }
    long r = 1L;
    long square = a;
    long rest = b;
    while (rest > 0L) {
      if ((rest & 1L) == 1L) {
        r = r * square;
      }
      square = square * square;
      rest = rest >> 1;
    }
    return r;
  }

  /** Returns the greater number. */
  public static long maximum(long a, long b) {
    return TornadoMath.max(a, b);
  }

  /** Returns the lesser number. */
  public static long minimum(long a, long b) {
    return TornadoMath.min(a, b);
  }

  /** Returns the lesser of high and the greater of x and low. */
  public static long clamp(long x, long low, long high) {
    return minimum(maximum(x, low), high);
  }

  // ---- Comparisons.

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

  /** Returns whether a {@literal >} b. */
  public static float greater(long a, long b) {
    float r = 0.0f;
    if (a > b) {
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
  public static long where(float condition, long a, long b) {
    long r = b;
    if (condition != 0.0f) {
      r = a;
    }
    return r;
  }

  // ---- Casts.

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
}
