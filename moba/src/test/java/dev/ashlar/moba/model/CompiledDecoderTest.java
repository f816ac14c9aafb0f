package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.ValueAndGrad;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.Gradients;
import dev.ashlar.autodiff.optim.TrainingStep;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorTree;
import dev.ashlar.tensor.program.Compiled;
import dev.ashlar.tensor.program.MemoryReport;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(NoLeaks.class)
final class CompiledDecoderTest {
  private record In(Decoder model, TokenBatch batch) {}

  static List<AttentionPlan> plans() {
    return Models.plans();
  }

  @ParameterizedTest
  @MethodSource("plans")
  void lossAndGradientAreTheBitsOfEagerComputation(AttentionPlan plan) {
    DecoderConfig config = Models.config();
    Decoder model = Models.decoder(config, DType.F32);
    Function<In, ValueAndGrad<Decoder>> function =
        in -> Grad.valueAndGrad(in.model(), m -> m.loss(in.batch(), plan));
    var in = new In(model, Models.batch(config, 9, 0, 14));
    try (var step = Compiled.of(function)) {
      assertSameBits(step.call(in), function.apply(in));
      // Another batch of the same packing is the same program.
      var next =
          new In(
              model,
              new TokenBatch(in.batch().targets(), in.batch().inputs(), in.batch().packing()));
      assertSameBits(step.call(next), function.apply(next));
      assertThat(step.programCount()).isEqualTo(1);
      assertNotMoreThanEager(step.memory(in));
    }
  }

  @ParameterizedTest
  @MethodSource("plans")
  void aTrainingStepTakesNoMoreMemoryThanEagerly(AttentionPlan plan) {
    DecoderConfig config = Models.config();
    Decoder model = Models.decoder(config, DType.F32);
    AdamW optimizer = AdamW.of(1e-3);
    var step =
        TrainingStep.<Decoder, TokenBatch>of((m, batch) -> m.loss(batch, plan), optimizer)
            .withClip(1);
    var moments = new AdamW.Moments<>(Gradients.zeros(model), Gradients.zeros(model));
    var before =
        new TrainingStep.Before<>(
            model, moments, Models.batch(config, 9, 0, 14), optimizer.pace(0));
    try (var whole = Compiled.of(step::whole)) {
      assertNotMoreThanEager(whole.memory(before));
    }
  }

  private static void assertNotMoreThanEager(MemoryReport report) {
    assertThat(report.plannedPeakBytes())
        .as(report.toString())
        .isLessThanOrEqualTo(report.eagerPeakBytes());
  }

  private static void assertSameBits(Object actual, Object expected) {
    List<Tensor> a = TensorTree.leaves(actual);
    List<Tensor> b = TensorTree.leaves(expected);
    assertThat(a).hasSameSizeAs(b);
    for (int i = 0; i < a.size(); i++) {
      assertThat(a.get(i).toFloats()).containsExactly(b.get(i).toFloats());
    }
  }
}
