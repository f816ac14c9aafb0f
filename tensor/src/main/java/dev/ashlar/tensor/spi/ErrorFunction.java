package dev.ashlar.tensor.spi;

/**
 * The polynomials from which kernels make the error function, and what it gates in gelu: one near
 * 0, and one of the tail of the normal distribution. They interpolate in Chebyshev's points.
 *
 * <ul>
 *   <li>erf(x) = x + x · N(x²) for x up to 1; N has an error of 1.3e-19 in double precision and of
 *       1.2e-9 in single.
 *   <li>Φ(-t) = e^(-t²/2) · v · T(2v - 1) with v = 1 / (1 + {@link #RATE} · t) for t from 0 on, and
 *       erf(x) = 1 - 2 · Φ(-√2 · x); T has a relative error of 6.8e-18 up to t = 39, where Φ is 0,
 *       and in single precision of 3.5e-9 up to 13.3.
 * </ul>
 */
public final class ErrorFunction {
  /** How fast v falls. */
  public static final double RATE = 0.1875;

  /** How fast it falls in single precision. */
  public static final float RATE_F = 0.296875f;

  // Coefficients, from the constant one on; those of single precision with an F.

  public static final double N0 = 0x1.06eba8214db69p-3;
  public static final double N1 = -0x1.812746b0379e6p-2;
  public static final double N2 = 0x1.ce2f21a042b3p-4;
  public static final double N3 = -0x1.b82ce31284ep-6;
  public static final double N4 = 0x1.565bcd0dbaa38p-8;
  public static final double N5 = -0x1.c02db3dac435fp-11;
  public static final double N6 = 0x1.f9a321d5b8e1ep-14;
  public static final double N7 = -0x1.f4d1e3183f7aep-17;
  public static final double N8 = 0x1.b9df224ca4b97p-20;
  public static final double N9 = -0x1.5f1ecb6f0764cp-23;
  public static final double N10 = 0x1.f7b4bf3b13964p-27;
  public static final double N11 = -0x1.389d4f2641625p-30;
  public static final double N12 = 0x1.05ffd737fb32ep-34;

  public static final float NF0 = 0x1.06eba8p-3f;
  public static final float NF1 = -0x1.81273ep-2f;
  public static final float NF2 = 0x1.ce2d1p-4f;
  public static final float NF3 = -0x1.b7fabap-6f;
  public static final float NF4 = 0x1.54127p-8f;
  public static final float NF5 = -0x1.a45088p-11f;
  public static final float NF6 = 0x1.4a569p-14f;

  public static final double T0 = 0x1.2897222860a86p-3;
  public static final double T1 = 0x1.04c47b8643a74p-3;
  public static final double T2 = 0x1.91abf19ca219dp-4;
  public static final double T3 = 0x1.0cc75ae57aa8cp-4;
  public static final double T4 = 0x1.33f33b09ec4d5p-5;
  public static final double T5 = 0x1.263cb8fa6a9b8p-6;
  public static final double T6 = 0x1.bd7695dd57ee8p-8;
  public static final double T7 = 0x1.d68d4111909e6p-10;
  public static final double T8 = 0x1.6a7ef5a659e43p-13;
  public static final double T9 = -0x1.a56881e6fb3a6p-14;
  public static final double T10 = -0x1.9cb6104777082p-15;
  public static final double T11 = -0x1.9ab0ffbdbfb95p-19;
  public static final double T12 = 0x1.461fe377b655dp-18;
  public static final double T13 = 0x1.72ae6ee2b2929p-20;
  public static final double T14 = -0x1.94e58df97f30ep-22;
  public static final double T15 = -0x1.00ba271d6c669p-22;
  public static final double T16 = 0x1.b6948c093a931p-26;
  public static final double T17 = 0x1.3d58cdb082bbcp-25;
  public static final double T18 = -0x1.1cdb211314528p-29;
  public static final double T19 = -0x1.80f6e3048e59dp-28;
  public static final double T20 = 0x1.376c2233d325ap-31;
  public static final double T21 = 0x1.68b53a1f0051ap-31;
  public static final double T22 = -0x1.6558bf7db4c3ap-33;

  public static final float TF0 = 0x1.c2771p-3f;
  public static final float TF1 = 0x1.4fcd3cp-3f;
  public static final float TF2 = 0x1.65dd54p-4f;
  public static final float TF3 = 0x1.da0a36p-6f;
  public static final float TF4 = 0x1.429d3ap-9f;
  public static final float TF5 = -0x1.323efcp-9f;
  public static final float TF6 = -0x1.566162p-11f;
  public static final float TF7 = 0x1.0ce278p-12f;
  public static final float TF8 = 0x1.7d2cb6p-14f;
  public static final float TF9 = -0x1.56c4eep-15f;

  private ErrorFunction() {}

  /** Returns erf(x) / x - 1 for x up to 1, given x². */
  public static double near(double square) {
    double p = N12;
    p = p * square + N11;
    p = p * square + N10;
    p = p * square + N9;
    p = p * square + N8;
    p = p * square + N7;
    p = p * square + N6;
    p = p * square + N5;
    p = p * square + N4;
    p = p * square + N3;
    p = p * square + N2;
    p = p * square + N1;
    p = p * square + N0;
    return p;
  }

  /** Returns it in single precision. */
  public static float near(float square) {
    float p = NF6;
    p = p * square + NF5;
    p = p * square + NF4;
    p = p * square + NF3;
    p = p * square + NF2;
    p = p * square + NF1;
    p = p * square + NF0;
    return p;
  }

  /** Returns T(w). */
  public static double tail(double w) {
    double p = T22;
    p = p * w + T21;
    p = p * w + T20;
    p = p * w + T19;
    p = p * w + T18;
    p = p * w + T17;
    p = p * w + T16;
    p = p * w + T15;
    p = p * w + T14;
    p = p * w + T13;
    p = p * w + T12;
    p = p * w + T11;
    p = p * w + T10;
    p = p * w + T9;
    p = p * w + T8;
    p = p * w + T7;
    p = p * w + T6;
    p = p * w + T5;
    p = p * w + T4;
    p = p * w + T3;
    p = p * w + T2;
    p = p * w + T1;
    p = p * w + T0;
    return p;
  }

  /** Returns it in single precision. */
  public static float tail(float w) {
    float p = TF9;
    p = p * w + TF8;
    p = p * w + TF7;
    p = p * w + TF6;
    p = p * w + TF5;
    p = p * w + TF4;
    p = p * w + TF3;
    p = p * w + TF2;
    p = p * w + TF1;
    p = p * w + TF0;
    return p;
  }
}
