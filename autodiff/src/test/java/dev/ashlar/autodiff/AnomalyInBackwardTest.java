package dev.ashlar.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ashlar.tensor.Anomaly;
import dev.ashlar.tensor.AnomalyException;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Anomalies in a backward pass lead to the line that called the operation forwards. */
@ExtendWith(NoLeaks.class)
final class AnomalyInBackwardTest {
  private static final String HERE = "AnomalyInBackwardTest.java:";

  private static AnomalyException caught(Supplier<?> body) {
    return catchThrowableOfType(AnomalyException.class, () -> Anomaly.detect(body));
  }

  /** Its gradient at 0 is infinite. */
  private static Tensor length(Tensor x) {
    return x.square().sum().sqrt();
  }

  @Test
  void aBackwardNamesItsForward() {
    Tensor x = Tensor.of(0d, 0d);
    AnomalyException e = caught(() -> Grad.grad(x, AnomalyInBackwardTest::length));
    assertThat(e.getMessage().lines().toList())
        .satisfies(
            lines -> {
              assertThat(lines.get(0))
                  .isEqualTo("div: made infinity at [] of its result F64[], from (F64[], F64[])");
              assertThat(lines.get(1))
                  .startsWith("  in the backward of sqrt, called at ")
                  .contains("AnomalyInBackwardTest.length(" + HERE);
              assertThat(lines.get(2)).startsWith("  gradient taken at ").contains(HERE);
            });
    assertThat(e.place()).contains("AnomalyInBackwardTest.length(" + HERE);
  }

  @Test
  void theForwardUnderATapeIsWatchedToo() {
    AnomalyException e = caught(() -> Grad.grad(Tensor.of(-1d), x -> x.log().sum()));
    assertThat(e).hasMessageStartingWith("log: made NaN at [0]").hasMessageContaining("called at ");
    assertThat(e.getMessage()).doesNotContain("backward");
  }

  @Test
  void aWatchInsideATapeLeavesGradientsAlone() {
    Tensor x = Tensor.of(4d, 9d);
    Tensor plain = Grad.grad(x, AnomalyInBackwardTest::length);
    Tensor watched = Grad.grad(x, in -> Anomaly.detect(() -> length(in)));
    assertThat(watched.toDoubles()).isEqualTo(plain.toDoubles());
    assertThat(Anomaly.detect(() -> Grad.grad(x, AnomalyInBackwardTest::length)).toDoubles())
        .isEqualTo(plain.toDoubles());
  }

  @Test
  void secondDerivativesAndRecomputationAreWatched() {
    Tensor x = Tensor.of(0d);
    // x^1.5 has a gradient at 0, and no second one.
    AnomalyException second =
        caught(() -> Grad.grad(x, in -> Grad.grad(in, y -> y.pow(1.5).sum()).sum()));
    assertThat(second).hasMessageContaining("in the backward of pow");
    AnomalyException again =
        caught(() -> Grad.grad(x, in -> Grad.checkpoint(in, AnomalyInBackwardTest::length)));
    assertThat(again).hasMessageContaining("in the backward of sqrt, called at ");
    assertThat(again.place()).contains("AnomalyInBackwardTest.length(" + HERE);
  }
}
