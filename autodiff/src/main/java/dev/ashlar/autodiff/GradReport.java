package dev.ashlar.autodiff;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link GradCheck} found: per tensor and order of derivative, where gradient and finite
 * differences are furthest apart.
 *
 * @param tolerance the greatest relative gap that passes
 * @param warnings what makes the check weaker than it could be
 */
public record GradReport(double tolerance, List<Worst> worstPerTensor, List<String> warnings) {
  /**
   * The worst of one tensor.
   *
   * @param order 1 for the gradient, 2 for the gradient of the gradient
   * @param path where the tensor stands in the structure; empty if it is the structure
   * @param index the element, or null for a random projection, where the numbers are inner products
   *     with a direction
   * @param analytic what the gradient says
   * @param numeric what finite differences say
   * @param relativeGap their distance beyond rounding noise, relative to the gradient's size
   * @param compared how many elements or projections of this tensor were compared; if none could
   *     be, the gap is infinite
   * @param leftOut how many were not, because a choice changes within the step
   * @param kink the operation whose choice it was, of the last one left out
   */
  public record Worst(
      int order,
      String path,
      @Nullable List<Integer> index,
      double analytic,
      double numeric,
      double relativeGap,
      int compared,
      int leftOut,
      @Nullable String kink) {
    @Override
    public String toString() {
      String what =
          "%s of %s"
              .formatted(
                  order == 1 ? "gradient" : "second derivative",
                  path.isEmpty() ? "the input" : path);
      return what + (compared == 0 ? ": nothing could be compared" : numbers()) + kinks();
    }

    private String kinks() {
      if (leftOut == 0) return "";
      return "; %d left out, where the choice of %s changes within the step"
          .formatted(leftOut, kink);
    }

    private String numbers() {
      String place = index == null ? "along a random direction" : "at " + index;
      return " %s: analytic %.10g, numeric %.10g, relative gap %.2g (worst of %d)"
          .formatted(place, analytic, numeric, relativeGap, compared);
    }
  }

  /** Returns whether every gap is within the tolerance. */
  public boolean passed() {
    return worstPerTensor.stream().allMatch(w -> w.relativeGap() <= tolerance);
  }

  /** Returns the furthest apart of all; throws if there was nothing to compare. */
  public Worst worst() {
    return worstPerTensor.stream()
        .max(Comparator.comparingDouble(Worst::relativeGap))
        .orElseThrow();
  }

  @Override
  public String toString() {
    var text = new StringBuilder(passed() ? "gradients agree" : "gradients disagree");
    text.append(" with finite differences (tolerance %.1g)".formatted(tolerance));
    for (String warning : warnings) text.append("\n  warning: ").append(warning);
    for (Worst each : worstPerTensor) {
      text.append(each.relativeGap() <= tolerance ? "\n    ok " : "\n  FAIL ").append(each);
    }
    return text.toString();
  }
}
