package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.Schedule;
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
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole training step of small decoders, of packed sequences, clipped: every operation of it
 * has a device kernel.
 */
@ExtendWith(NoLeaks.class)
final class DecoderTrainingTest {
  private static final int STEPS = 20;
  private static final int DIGITS = 10;
  private static final MobaConfig BLOCKS = new MobaConfig(4, 2);
  private static final AdamW OPTIMIZER = AdamW.of(Schedule.warmUpCosine(1e-2, 1e-3, 3, STEPS));

  private final TornadoRunner runner = Devices.get("tornado:0:0");

  static List<Arguments> decoders() {
    DecoderConfig shared = DecoderConfig.of(DIGITS, 16, 1, 2).withKvHeads(1).withHeadDim(6);
    DecoderConfig tied = DecoderConfig.of(DIGITS, 16, 2, 4).withKvHeads(2).withTiedHead(true);
    return List.of(
        Arguments.of(shared, AttentionPlan.full(1)),
        Arguments.of(shared, AttentionPlan.moba(1, BLOCKS)),
        Arguments.of(tied, AttentionPlan.hybrid(2, BLOCKS, 1)));
  }

  /** Three sequences, one of them empty, that count up from anywhere, digit by digit. */
  private static TokenBatch counting(int number) {
    Key key = Key.of(2).fold(number);
    Packing packing = Packing.of(23, 0, 14);
    int[] inputs = packing.positions();
    int[] targets = new int[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      int from = (int) (key.uniform(packing.startOfRow()[i]) * DIGITS);
      inputs[i] = (from + inputs[i]) % DIGITS;
      targets[i] = (inputs[i] + 1) % DIGITS;
    }
    return new TokenBatch(Tensor.of(inputs), Tensor.of(targets), packing);
  }

  private static Before<Decoder, TokenBatch> begin(DecoderConfig config) {
    Decoder model = Decoder.init(config, Key.of(1), DType.F32);
    var zeros = OPTIMIZER.init(model);
    var moments = new AdamW.Moments<>(zeros.firstMoment(), zeros.secondMoment());
    return new Before<>(model, moments, counting(0), OPTIMIZER.pace(0));
  }

  private static Before<Decoder, TokenBatch> next(After<Decoder> after, int step) {
    return new Before<>(after.model(), after.moments(), counting(step), OPTIMIZER.pace(step));
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void lossesAreThoseOfTheCpu(DecoderConfig config, AttentionPlan plan) {
    var step =
        TrainingStep.of((Decoder m, TokenBatch batch) -> m.loss(batch, plan), OPTIMIZER)
            .withClip(1);
    double first = 0;
    double last = 0;
    try (var device = Compiled.of(runner, step::whole);
        var cpu = Compiled.of(step::whole)) {
      var there = begin(config);
      var here = begin(config);
      for (int i = 1; i <= STEPS; i++) {
        After<Decoder> far = device.call(there);
        After<Decoder> near = cpu.call(here);
        last = near.loss().item();
        if (i == 1) first = last;
        assertThat(far.loss().item()).as("step %d", i).isCloseTo(last, offset(1e-4 * last));
        double norm = near.norm().item();
        assertThat(far.norm().item()).as("step %d", i).isCloseTo(norm, offset(1e-4 * norm));
        there = next(far, i);
        here = next(near, i);
      }
      assertThat(device.programCount()).isEqualTo(1);
    }
    assertThat(last).isLessThan(0.7 * first);
  }
}
