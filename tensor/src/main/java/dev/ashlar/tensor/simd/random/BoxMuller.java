package dev.ashlar.tensor.simd.random;

import dev.ashlar.tensor.simd.lanes.DoubleVectorMath;

/**
 * Pairs of standard normal numbers, √(-2 log u) times cos 2πv and sin 2πv (Box and Muller, 1958),
 * from random bits, {@link Philox#SIZE} at once. What would look at the bits of a double is done on
 * whole numbers first, which loses none, and nothing branches; loops are so short that C2 makes
 * vectors of them. Polynomials are those of {@link DoubleVectorMath}.
 */
final class BoxMuller {
  private static final int SIZE = Philox.SIZE;
  private static final long ONE = 1L << 53;
  private static final long QUARTER = 1L << 51;
  private static final double LN2 = 0x1.62e42fefa39efp-1;

  /** √2 · 2^52. */
  private static final long SQRT_TWO = 0x16A09E667F3BCDL;

  private final double[] exponents = new double[SIZE];
  private final double[] angles = new double[SIZE];
  private final double[] odd = new double[SIZE];
  private final double[] cosineSigns = new double[SIZE];
  private final double[] sineSigns = new double[SIZE];
  private final double[] reducedSines = new double[SIZE];

  /** Stores √(-2 log(1 - u)) for each u, the upper 53 bits of a number of 64. */
  void radii(long[] bits, double[] radii) {
    split(bits, radii, exponents);
    roots(radii, exponents);
  }

  /** Stores cos 2πv and sin 2πv for each v, the upper 53 bits of a number of 64. */
  void directions(long[] bits, double[] cosines, double[] sines) {
    turn(bits, angles, odd, cosineSigns, sineSigns);
    reducedSines(angles, reducedSines);
    reducedCosines(angles, cosines);
    choose(odd, cosineSigns, sineSigns, reducedSines, cosines, sines);
  }

  /** Finds f and e with 1 - u = (1 + f)·2^e and 1 + f in [√1/2, √2). */
  private static void split(long[] bits, double[] f, double[] e) {
    for (int i = 0; i < SIZE; i++) {
      long whole = ONE - (bits[i] >>> 11);
      int zeros = Long.numberOfLeadingZeros(whole);
      long mantissa = whole << zeros >>> 11;
      long large = SQRT_TWO - mantissa >>> 63;
      e[i] = 10 - zeros + large;
      f[i] = mantissa * 0x1p-52 * (1 - 0.5 * large) - 1;
    }
  }

  /** Replaces f by √(-2 log((1 + f)·2^e)). */
  private static void roots(double[] f, double[] e) {
    for (int i = 0; i < SIZE; i++) {
      double s = f[i] / (f[i] + 2);
      double z = s * s;
      double p = Math.fma(z, 2.0 / 21, 2.0 / 19);
      p = Math.fma(p, z, 2.0 / 17);
      p = Math.fma(p, z, 2.0 / 15);
      p = Math.fma(p, z, 2.0 / 13);
      p = Math.fma(p, z, 2.0 / 11);
      p = Math.fma(p, z, 2.0 / 9);
      p = Math.fma(p, z, 2.0 / 7);
      p = Math.fma(p, z, 2.0 / 5);
      p = Math.fma(p, z, 2.0 / 3) * z;
      double half = 0.5 * f[i] * f[i];
      double log = Math.fma(e[i], LN2, f[i] - (half - s * (half + p)));
      f[i] = Math.sqrt(-2 * log);
    }
  }

  /**
   * Finds 2πv less the nearest quarter turns, whether these are odd in number, and the signs of the
   * cosine and the sine there.
   */
  private static void turn(
      long[] bits, double[] angles, double[] odd, double[] cosineSigns, double[] sineSigns) {
    for (int i = 0; i < SIZE; i++) {
      long v = bits[i] >>> 11;
      long quarters = v + QUARTER / 2 >>> 51;
      angles[i] = (v - quarters * QUARTER) * (2 * Math.PI * 0x1p-53);
      odd[i] = quarters & 1;
      cosineSigns[i] = 1 - (quarters + 1 & 2);
      sineSigns[i] = 1 - (quarters & 2);
    }
  }

  private static void reducedSines(double[] angles, double[] sines) {
    for (int i = 0; i < SIZE; i++) {
      double r = angles[i];
      double u = r * r;
      double p = Math.fma(u, 1.0 / 355687428096000.0, -1.0 / 1307674368000.0);
      p = Math.fma(p, u, 1.0 / 6227020800.0);
      p = Math.fma(p, u, -1.0 / 39916800.0);
      p = Math.fma(p, u, 1.0 / 362880.0);
      p = Math.fma(p, u, -1.0 / 5040.0);
      p = Math.fma(p, u, 1.0 / 120.0);
      p = Math.fma(p, u, -1.0 / 6.0);
      sines[i] = Math.fma(r * u, p, r);
    }
  }

  private static void reducedCosines(double[] angles, double[] cosines) {
    for (int i = 0; i < SIZE; i++) {
      double u = angles[i] * angles[i];
      double p = Math.fma(u, 1.0 / 20922789888000.0, -1.0 / 87178291200.0);
      p = Math.fma(p, u, 1.0 / 479001600.0);
      p = Math.fma(p, u, -1.0 / 3628800.0);
      p = Math.fma(p, u, 1.0 / 40320.0);
      p = Math.fma(p, u, -1.0 / 720.0);
      p = Math.fma(p, u, 1.0 / 24.0);
      p = Math.fma(p, u, -0.5);
      cosines[i] = Math.fma(p, u, 1);
    }
  }

  /** Turns reduced sines and cosines into those of 2πv: after odd quarters they change places. */
  private static void choose(
      double[] odd,
      double[] cosineSigns,
      double[] sineSigns,
      double[] reduced,
      double[] cosines,
      double[] sines) {
    for (int i = 0; i < SIZE; i++) {
      double even = 1 - odd[i];
      double c = cosines[i];
      double s = reduced[i];
      cosines[i] = cosineSigns[i] * Math.fma(odd[i], s, even * c);
      sines[i] = sineSigns[i] * Math.fma(odd[i], c, even * s);
    }
  }
}
