package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.TrainingStep;
import dev.ashlar.autodiff.optim.TrainingStep.After;
import dev.ashlar.autodiff.optim.TrainingStep.Before;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.model.AttentionPlan;
import dev.ashlar.moba.model.Decoder;
import dev.ashlar.moba.model.DecoderConfig;
import dev.ashlar.moba.model.TokenBatch;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole training step of a small decoder: every operation of it has a device kernel. */
@ExtendWith(NoLeaks.class)
final class DecoderTrainingTest {
  private static final int STEPS = 20;

  private final TornadoRunner runner = Devices.get("tornado:0:0");

  static List<AttentionPlan> plans() {
    return List.of(AttentionPlan.full(1), AttentionPlan.moba(1, new MobaConfig(4, 2)));
  }

  private static TokenBatch batch(int number, int vocabulary) {
    Packing packing = Packing.of(17, 0, 9);
    Tensor inputs = SampleData.indices(DType.I32, 2 * number, vocabulary, packing.total());
    Tensor targets = SampleData.indices(DType.I32, 2 * number + 1, vocabulary, packing.total());
    return new TokenBatch(inputs, targets, packing);
  }

  private static Before<Decoder, TokenBatch> begin(DecoderConfig config, AdamW optimizer) {
    Decoder model = Decoder.init(config, Key.of(5), DType.F32);
    var zeros = optimizer.init(model);
    var moments = new AdamW.Moments<>(zeros.firstMoment(), zeros.secondMoment());
    return new Before<>(model, moments, batch(0, config.vocabulary()), optimizer.pace(0));
  }

  private static Before<Decoder, TokenBatch> next(
      After<Decoder> after, TokenBatch batch, Tensor pace) {
    return new Before<>(after.model(), after.moments(), batch, pace);
  }

  @ParameterizedTest
  @MethodSource("plans")
  void lossesAreThoseOfTheCpu(AttentionPlan plan) {
    var config = DecoderConfig.of(11, 16, 1, 2).withKvHeads(1).withHeadDim(6).withHidden(20);
    AdamW optimizer = AdamW.of(1e-2);
    var step =
        TrainingStep.of((Decoder m, TokenBatch batch) -> m.loss(batch, plan), optimizer)
            .withClip(0.5);
    try (var device = Compiled.of(runner, step::whole);
        var cpu = Compiled.of(step::whole)) {
      var there = begin(config, optimizer);
      var here = begin(config, optimizer);
      for (int i = 1; i <= STEPS; i++) {
        After<Decoder> far = device.call(there);
        After<Decoder> near = cpu.call(here);
        double loss = near.loss().item();
        assertThat(far.loss().item()).as("step %d", i).isCloseTo(loss, offset(1e-4 * loss));
        assertThat(far.norm().item()).isCloseTo(near.norm().item(), offset(1e-3));
        // Four batches, again and again.
        TokenBatch batch = batch(i % 4, config.vocabulary());
        Tensor pace = optimizer.pace(i);
        there = next(far, batch, pace);
        here = next(near, batch, pace);
      }
    }
  }
}
