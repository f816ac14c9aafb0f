package dev.ashlar.examples.verify;

import dev.ashlar.tensor.DType;

/**
 * How far a tensor may be off.
 *
 * @param absolute error that every element may have
 * @param ulps or this many units in the last place of float32, whichever allows more
 */
record Tolerance(double absolute, int ulps) {
  /** In float32, how much of the greatest number is allowed where a file does not say. */
  static final double DEFAULT_RELATIVE = 5e-6;

  /**
   * Returns the tolerance of a tensor. Float64 must round to the stored float32 numbers, give or
   * take one; float32 may be ten times as far off as the official code in float32 was.
   */
  static Tolerance of(VectorFile file, String tensor, DType dtype) {
    double greatest = greatest(file.floats(tensor));
    if (dtype == DType.F64) return new Tolerance(1e-9 * greatest, 1);
    Double official = file.notes().officialErrors().get(tensor);
    double absolute = official == null ? DEFAULT_RELATIVE * Math.max(1, greatest) : 10 * official;
    return new Tolerance(Math.max(1e-6, absolute), 0);
  }

  private static double greatest(float[] numbers) {
    double greatest = 0;
    for (float number : numbers) greatest = Math.max(greatest, Math.abs(number));
    return greatest;
  }

  /** Returns whether a number is as good as the expected one; NaN never is. */
  boolean allows(double got, float expected) {
    if (Math.abs(got - expected) <= absolute) return true;
    float rounded = (float) got;
    return Float.isFinite(rounded) && ulpsApart(rounded, expected) <= ulps;
  }

  private static long ulpsApart(float a, float b) {
    return Math.abs(ordinal(a) - ordinal(b));
  }

  /** Numbers floats in their order, both zeros alike. */
  private static long ordinal(float number) {
    int bits = Float.floatToIntBits(number);
    return bits < 0 ? -(long) (bits & 0x7FFFFFFF) : bits;
  }

  @Override
  public String toString() {
    String text = "%.1e".formatted(absolute);
    return ulps == 0 ? text : "%d ulp or %s".formatted(ulps, text);
  }
}
