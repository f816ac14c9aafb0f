package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * What kernels compute of a key (seed, stream) and the number of an element: the CPU's random
 * numbers. Plain counterpart: {@link dev.ashlar.tensor.Key}; uniform numbers are the same to the
 * last bit.
 */
public final class RandomElements {
  private RandomElements() {}

  /** Returns number {@code index} of [0, 1). */
  public static float uniformF32(long seed, long stream, int index) {
    return unit(bits(seed, stream, (long) index));
  }

  /** Returns number {@code index} of [0, 1). */
  public static double uniformF64(long seed, long stream, int index) {
    return unitOfDouble(bits(seed, stream, (long) index));
  }

  /**
   * Returns number {@code index} of a standard normal distribution (Box and Muller), which {@code
   * Key} computes in double precision.
   */
  public static float normalF32(long seed, long stream, int index) {
    int pair = index - (index & 1);
    long first = bits(seed, stream, (long) pair);
    float u = unit(first);
    // 1 - u is exact but for the 29 bits that were left out of u.
    float rest = (int) ((first >> 11) & 0x1FFFFFFFL) * 0x1p-53f;
    float log = FloatElements.log1p(-(u + rest));
    if (u > 0.5f) {
      log = TornadoMath.log((1.0f - u) - rest);
    }
    float angle = 6.2831855f * unit(bits(seed, stream, pair + 1L));
    float direction = TornadoMath.cos(angle);
    if (pair < index) {
      direction = TornadoMath.sin(angle);
    }
    return TornadoMath.sqrt(-2.0f * log) * direction;
  }

  /** Returns number {@code index} of a standard normal distribution (Box and Muller). */
  public static double normalF64(long seed, long stream, int index) {
    // 1 - u is exact.
    int pair = index - (index & 1);
    double rest = 1.0 - unitOfDouble(bits(seed, stream, (long) pair));
    double angle = 6.283185307179586 * unitOfDouble(bits(seed, stream, pair + 1L));
    double direction = TornadoMath.cos(angle);
    if (pair < index) {
      direction = TornadoMath.sin(angle);
    }
    return TornadoMath.sqrt(-2.0 * TornadoMath.log(rest)) * direction;
  }

  /** Returns number {@code index}, 0 or 1, of the key of sub-stream {@code number}. */
  public static long foldKey(long seed, long stream, int index, long number) {
    long r = bits(seed, stream | Long.MIN_VALUE, 2L * number + index);
    if (index == 1) {
      r = r & Long.MAX_VALUE;
    }
    return r;
  }

  // ---- What they are made of.

  /** Returns 64 random bits: number {@code index} of a stream. */
  private static long bits(long seed, long stream, long index) {
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
  private static float unit(long bits) {
    // The mask makes the shift one without a sign, which TornadoVM has not.
    return (int) ((bits >> 40) & 0xFFFFFFL) * 0x1p-24f;
  }

  /** Returns random bits as a number in [0, 1), of its first 53. */
  private static double unitOfDouble(long bits) {
    // The mask makes the shift one without a sign, which TornadoVM has not.
    return (double) ((bits >> 11) & 0x1FFFFFFFFFFFFFL) * 0x1p-53;
  }
}
