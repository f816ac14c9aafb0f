package dev.ashlar.autodiff;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the worst of the comparisons of one tensor, and counts those that could not be made. */
final class Tally {
  private final int order;
  private final String path;
  private GradReport.@Nullable Worst worst;
  private @Nullable String kink;

  /** How many comparisons were made. */
  int compared;

  /** How many could not be, because of a kink. */
  int leftOut;

  Tally(int order, String path) {
    this.order = order;
    this.path = path;
  }

  /** Compares a gradient with finite differences, unless a kink makes these meaningless. */
  void add(
      @Nullable List<Integer> index,
      double analytic,
      FiniteDifferences.Slope numeric,
      double floor) {
    if (numeric.kink() != null) {
      leftOut++;
      kink = numeric.kink();
      return;
    }
    compared++;
    double gap = gap(analytic, numeric, floor);
    if (worst != null && !(gap > worst.relativeGap())) return;
    worst = new GradReport.Worst(order, path, index, analytic, numeric.value(), gap, 0, 0, null);
  }

  /**
   * Returns the distance beyond noise, relative to the greatest of both and {@code floor}; infinite
   * for NaN.
   */
  private static double gap(double analytic, FiniteDifferences.Slope numeric, double floor) {
    double distance = Math.abs(analytic - numeric.value());
    if (Double.isNaN(distance)) return Double.POSITIVE_INFINITY;
    double beyond = distance - numeric.noise();
    if (beyond <= 0) return 0;
    double size = Math.max(Math.abs(analytic), Math.abs(numeric.value()));
    return beyond / Math.max(size, floor);
  }

  /** Returns the worst; of a tensor with a kink everywhere, one that never passes. */
  GradReport.Worst worst() {
    double none = Double.POSITIVE_INFINITY;
    GradReport.Worst found =
        worst != null
            ? worst
            : new GradReport.Worst(order, path, null, Double.NaN, Double.NaN, none, 0, 0, null);
    return new GradReport.Worst(
        order,
        path,
        found.index(),
        found.analytic(),
        found.numeric(),
        found.relativeGap(),
        compared,
        leftOut,
        kink);
  }
}
