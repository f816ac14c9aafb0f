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
  void add(@Nullable List<Integer> index, Expected expected, FiniteDifferences.Slope numeric) {
    if (numeric.kink() != null) {
      leftOut++;
      kink = numeric.kink();
      return;
    }
    compared++;
    double gap = expected.gap(numeric);
    if (worst != null && !(gap > worst.relativeGap())) return;
    worst =
        new GradReport.Worst(
            order, path, index, expected.slope(), numeric.value(), gap, 0, 0, null);
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
