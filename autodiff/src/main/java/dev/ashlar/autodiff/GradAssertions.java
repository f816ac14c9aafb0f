package dev.ashlar.autodiff;

import java.util.function.Function;

/**
 * Gradient checks as assertions, for any test framework: a failure is an {@link AssertionError}
 * whose message is the {@link GradReport}.
 *
 * <pre>{@code
 * assertGradients(model, m -> m.loss(batch));
 * assertGradients(GradCheck.inF64().withOrder(2), x, x -> x.tanh());
 * }</pre>
 */
public final class GradAssertions {
  private GradAssertions() {}

  /** Asserts, by {@link GradCheck#inF64}, that a function's gradients are right. */
  public static <T, R> void assertGradients(T inputs, Function<? super T, ? extends R> function) {
    assertGradients(GradCheck.inF64(), inputs, function);
  }

  /** Asserts that a function's gradients pass a check. */
  public static <T, R> void assertGradients(
      GradCheck check, T inputs, Function<? super T, ? extends R> function) {
    GradReport report = check.report(inputs, function);
    if (!report.passed()) throw new AssertionError(report.toString());
  }
}
