package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.autodiff.GradCheck;
import dev.ashlar.autodiff.GradReport;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The public check against a function that jumps: block attention changes its choice. */
@ExtendWith(NoLeaks.class)
final class MobaGradCheckTest {
  private static final Packing PACKING = Packing.of(7);
  private static final MobaConfig CONFIG = new MobaConfig(2, 2);

  private record Inputs(Tensor query, Tensor key, Tensor value) {}

  private static Tensor attend(Inputs in) {
    return Moba.attention(in.query, in.key, in.value, PACKING, CONFIG);
  }

  private static Inputs inputs(boolean nearTie) {
    Tensor key = Tensor.normal(Key.of(2), DType.F64, 7, 1, 3);
    // The second block repeats the first but for a hair: every later row is about to change over.
    Tensor again = key.slice(0, 0, 2).plus(1e-12);
    Tensor keys = nearTie ? Tensor.concat(0, key.slice(0, 0, 2), again, key.slice(0, 4, 7)) : key;
    return new Inputs(
        Tensor.normal(Key.of(1), DType.F64, 7, 2, 3),
        keys,
        Tensor.normal(Key.of(3), DType.F64, 7, 1, 3));
  }

  @Test
  void clearChoicesAreCheckedThroughTheGate() {
    GradReport report = GradCheck.inF64().check(inputs(false), MobaGradCheckTest::attend);
    assertThat(report.worstPerTensor()).hasSize(3).allMatch(each -> each.leftOut() == 0);
  }

  @Test
  void aChoiceThatChangesWithinTheStepIsLeftOutAndNamed() {
    GradReport report = GradCheck.inF64().report(inputs(true), MobaGradCheckTest::attend);
    assertThat(report.toString()).contains("where the choice of blockGate changes within the step");
    assertThat(report.worstPerTensor())
        .allMatch(each -> each.relativeGap() <= 1e-6 || each.compared() == 0);
  }

  @Test
  void frozenChoicesAreCheckedEverywhere() {
    GradReport report =
        GradCheck.inF64().withFrozenChoices().check(inputs(true), MobaGradCheckTest::attend);
    assertThat(report.worstPerTensor()).hasSize(3).allMatch(each -> each.leftOut() == 0);
  }
}
