package dev.ashlar.gpu;

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
}
