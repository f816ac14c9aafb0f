package dev.ashlar.autodiff.optim;

/** The learning rate as a function of time. */
@FunctionalInterface
public interface Schedule {
  /** Returns the rate of update number {@code step}, counted from 0. */
  double rate(long step);

  /** Returns the same rate at every step. */
  static Schedule constant(double rate) {
    requireRate("rate", rate);
    return _ -> rate;
  }

  /**
   * Returns a straight line from {@code first} at step 0 to {@code last} at step {@code steps} and
   * later.
   */
  static Schedule linear(double first, double last, long steps) {
    requireRate("first", first);
    requireRate("last", last);
    requireSteps("steps", steps);
    return step -> first + (last - first) * Math.min(1, (double) step / steps);
  }

  /**
   * Returns half a cosine from {@code peak} at step 0 to {@code last} at step {@code steps} and
   * later (Loshchilov and Hutter, arXiv 1608.03983, equation 5).
   */
  static Schedule cosine(double peak, double last, long steps) {
    requireRate("peak", peak);
    requireRate("last", last);
    requireSteps("steps", steps);
    return step -> {
      double done = Math.min(1, (double) step / steps);
      return last + (peak - last) * 0.5 * (1 + StrictMath.cos(Math.PI * done));
    };
  }

  /**
   * Returns this schedule after {@code warmUp} steps in which the rate rises evenly to this one's
   * first: to 1 / warmUp of it at step 0. This schedule's own step 0 comes at step {@code warmUp}.
   */
  default Schedule after(long warmUp) {
    if (warmUp < 0) {
      throw new IllegalArgumentException("schedule: warmUp must not be negative, got " + warmUp);
    }
    return step ->
        step < warmUp ? rate(0) * (step + 1) / warmUp : rate(Math.subtractExact(step, warmUp));
  }

  /**
   * Returns a warm-up to {@code peak}, then a cosine that reaches {@code last} at step {@code
   * steps}.
   */
  static Schedule warmUpCosine(double peak, double last, long warmUp, long steps) {
    if (warmUp >= steps) {
      throw new IllegalArgumentException(
          "schedule: warmUp must be shorter than steps, got %d of %d".formatted(warmUp, steps));
    }
    return cosine(peak, last, steps - warmUp).after(warmUp);
  }

  private static void requireRate(String name, double rate) {
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException(
          "schedule: %s must be finite and not negative, got %s".formatted(name, rate));
    }
  }

  private static void requireSteps(String name, long steps) {
    if (steps <= 0) {
      throw new IllegalArgumentException(
          "schedule: %s must be positive, got %d".formatted(name, steps));
    }
  }
}
