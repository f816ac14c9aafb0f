package dev.ashlar.autodiff;

/**
 * The slope that a gradient promises.
 *
 * @param floor the least size that a gap is relative to
 * @param tolerance the greatest gap that passes
 */
record Expected(double slope, double floor, double tolerance) {
  /**
   * Returns how far finite differences are from it beyond their noise, relative to the greatest of
   * both and the floor; infinite for NaN.
   */
  double gap(FiniteDifferences.Slope numeric) {
    double distance = Math.abs(slope - numeric.value());
    if (Double.isNaN(distance)) return Double.POSITIVE_INFINITY;
    double beyond = distance - numeric.noise();
    return beyond <= 0 ? 0 : beyond / size(numeric);
  }

  /** Returns whether noise alone may be a gap that does not pass. */
  boolean drowns(FiniteDifferences.Slope numeric) {
    return !(numeric.noise() <= tolerance * size(numeric));
  }

  private double size(FiniteDifferences.Slope numeric) {
    return Math.max(Math.max(Math.abs(slope), Math.abs(numeric.value())), floor);
  }
}
