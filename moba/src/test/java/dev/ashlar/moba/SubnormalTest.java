package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.nn.Losses;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Subnormal numbers make a matrix product up to two hundred times slower. Whatever a training step
 * makes of very different numbers, what it hands on to products holds none.
 */
@ExtendWith(NoLeaks.class)
final class SubnormalTest {
  /** Scores so far apart that most exponentials of their differences are no normal numbers. */
  private static Tensor scores(int... dims) {
    return Tensor.normal(Key.of(3), DType.F32, dims).times(40);
  }

  private static long subnormals(Tensor x) {
    long count = 0;
    for (float number : x.toFloats()) {
      if (number != 0 && Math.abs(number) < Float.MIN_NORMAL) count++;
    }
    return count;
  }

  @Test
  void softmaxAnswersZeroInstead() {
    Tensor x = scores(64, 200);
    Tensor probabilities = x.softmax(-1);
    assertThat(subnormals(probabilities)).isZero();
    // Some would have been, were they not flushed below e^-87.
    assertThat(subnormals(x.minus(x.maxKeep(-1)).exp())).isPositive();
    assertThat(subnormals(x.sigmoid())).isZero();
    for (Tensor gate : List.of(x, x.times(0.1))) {
      assertThat(subnormals(gate.silu())).isZero();
      assertThat(subnormals(gate.gelu())).isZero();
      assertThat(subnormals(gate.geluTanh())).isZero();
      assertThat(subnormals(Grad.grad(gate, in -> in.silu().sum()))).isZero();
      assertThat(subnormals(Grad.grad(gate, in -> in.gelu().sum()))).isZero();
      assertThat(subnormals(Grad.grad(gate, in -> in.geluTanh().sum()))).isZero();
    }
  }

  @Test
  void soDoesTheGradientOfCrossEntropy() {
    Tensor logits = scores(64, 200);
    Tensor targets = Tensor.zeros(DType.I32, 64);
    Tensor gradient = Grad.grad(logits, x -> Losses.crossEntropy(x, targets).times(1e-3));
    assertThat(subnormals(gradient)).isZero();
    assertThat(gradient.abs().max().item()).isPositive();
  }

  @Test
  void maskedScoresHaveGradientZero() {
    Tensor x = Tensor.normal(Key.of(1), DType.F32, 32, 32);
    Tensor later = Tensor.normal(Key.of(2), DType.F32, 32, 32).greater(0);
    Tensor weights = Tensor.normal(Key.of(4), DType.F32, 32, 32);
    Tensor gradient =
        Grad.grad(x, s -> s.maskedFill(later, -1e30).softmax(-1).times(weights).sum());
    assertThat(subnormals(gradient)).isZero();
    assertThat(gradient.maskedFill(later.not(), 0).abs().max().item()).isZero();
  }

  private record Inputs(Tensor query, Tensor key, Tensor value) {}

  @Test
  void attentionAndItsGradientsHoldNone() {
    var in = new Inputs(scores(150, 2, 64), scores(150, 2, 64), scores(150, 2, 64));
    Packing packing = Packing.of(150);
    Tensor out = Moba.dense(in.query(), in.key(), in.value(), packing);
    assertThat(subnormals(out)).isZero();
    Inputs gradients =
        Grad.grad(in, x -> Moba.dense(x.query(), x.key(), x.value(), packing).square().mean());
    assertThat(subnormals(gradients.query())).isZero();
    assertThat(subnormals(gradients.key())).isZero();
    assertThat(subnormals(gradients.value())).isZero();
  }

  @Test
  void momentsThatDecayBecomeZero() {
    var optimizer = AdamW.of(1e-3).withBetas(0.5, 0.6);
    Tensor model = Tensor.ones(DType.F32, 40, 5);
    var state = optimizer.init(model);
    Tensor gradient = Tensor.normal(Key.of(1), DType.F32, 40, 5);
    for (int step = 0; step < 400; step++) {
      var next = optimizer.update(model, step == 0 ? gradient : model.zerosLike(), state);
      model = next.model();
      state = next.state();
      assertThat(subnormals(state.firstMoment())).isZero();
      assertThat(subnormals(state.secondMoment())).isZero();
    }
    assertThat(state.firstMoment().abs().max().item()).isZero();
    assertThat(state.secondMoment().max().item()).isZero();
  }
}
