package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.ValueAndGrad;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.Clipping;
import dev.ashlar.autodiff.optim.Schedule;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The loop of docs/training.md. */
@ExtendWith(NoLeaks.class)
final class TrainingLoopTest {
  @Test
  void learnsToCountWhileItsAttentionChanges() {
    int steps = 60;
    List<Double> losses = new ArrayList<>();
    DecoderConfig config = DecoderConfig.of(10, 32, 2, 4).withKvHeads(2).withTiedHead(true);
    AttentionSchedule attention =
        AttentionSchedule.of(AttentionPlan.moba(2, new MobaConfig(4, 2)))
            .then(0.9, AttentionPlan.full(2));
    Decoder model = Decoder.init(config, Key.of(1), DType.F32);
    AdamW optimizer = AdamW.of(Schedule.warmUpCosine(1e-2, 1e-3, 5, steps));
    AdamW.State<Decoder> state = optimizer.init(model);
    long held = TensorScope.current().memory().liveCount();
    for (int step = 0; step < steps; step++) {
      try (var _ = TensorScope.open()) {
        TokenBatch batch = counting(Key.of(2).fold(step));
        AttentionPlan plan = attention.at(step, steps);
        ValueAndGrad<Decoder> loss = Grad.valueAndGrad(model, m -> m.loss(batch, plan));
        Clipping.Clipped<Decoder> clipped = Clipping.byGlobalNorm(loss.gradient(), 1);
        AdamW.Next<Decoder> updated = optimizer.update(model, clipped.gradients(), state);
        model = updated.model();
        state = updated.state();
        losses.add(loss.value().item());
      }
      assertThat(TensorScope.current().memory().liveCount()).isEqualTo(held);
    }
    assertThat(losses.getFirst()).isGreaterThan(2);
    assertThat(losses.getLast()).isLessThan(0.2);
  }

  /** Returns sequences that count up from anywhere, digit by digit. */
  private static TokenBatch counting(Key key) {
    int[] inputs = new int[4 * 16];
    int[] targets = new int[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = (int) (key.uniform(i / 16) * 10 + i % 16) % 10;
      targets[i] = (inputs[i] + 1) % 10;
    }
    return new TokenBatch(Tensor.of(inputs), Tensor.of(targets), Packing.equal(4, 16));
  }
}
