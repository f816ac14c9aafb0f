package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The functions of {@link FloatElements} for I32. Those that can fail report it, as {@link
 * Tasks#fault} says.
 */
public final class IntElements {
  private IntElements() {}

  // ---- One number.

  /** Returns x. */
  public static int copy(int x) {
    return x;
  }

  /** Returns -x. */
  public static int negate(int x) {
    return -x;
  }

  /** Returns the size of a number. */
  public static int abs(int x) {
    int r = x;
    if (x < 0) {
      r = -x;
    }
    return r;
  }

  /** Returns x, or 0 if it is less. */
  public static int relu(int x) {
    int r = x;
    if (x < 0) {
      r = 0;
    }
    return r;
  }

  // ---- Two numbers.

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

  /** Returns a / b cut towards 0, and reports a division by 0, which would end some processes. */
  public static int div(int a, int b, IntArray faults, int fault) {
    int r = -a;
    if (b == 0) {
      faults.set(fault, faults.get(fault) | 1);
    }
    // The quotient of the least number and -1 would end a process too.
    if (b != -1) {
      if (b != 0) {
        r = a / b;
      }
    }
    return r;
  }

  /** Returns the remainder of a / b, with the sign of a, and reports a division by 0. */
  public static int rem(int a, int b, IntArray faults, int fault) {
    return a - div(a, b, faults, fault) * b;
  }

  /** Returns a^b, and reports a negative exponent. */
  public static int pow(int a, int b, IntArray faults, int fault) {
    if (b < 0) {
      faults.set(fault, faults.get(fault) | 1);
    }
    int r = 1;
    int square = a;
    int rest = b;
    while (rest > 0) {
      if ((rest & 1) == 1) {
        r = r * square;
      }
      square = square * square;
      rest = rest >> 1;
    }
    return r;
  }

  /** Returns the greater number. */
  public static int maximum(int a, int b) {
    return TornadoMath.max(a, b);
  }

  /** Returns the lesser number. */
  public static int minimum(int a, int b) {
    return TornadoMath.min(a, b);
  }

  /** Returns the lesser of high and the greater of x and low. */
  public static int clamp(int x, int low, int high) {
    return minimum(maximum(x, low), high);
  }

  // ---- Comparisons.

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

  /** Returns whether a {@literal >} b. */
  public static float greater(int a, int b) {
    float r = 0.0f;
    if (a > b) {
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

  /** Returns a where the condition is true, else b. */
  public static int where(float condition, int a, int b) {
    int r = b;
    if (condition != 0.0f) {
      r = a;
    }
    return r;
  }

  // ---- Casts.

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
}
