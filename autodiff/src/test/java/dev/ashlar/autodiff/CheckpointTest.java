package dev.ashlar.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Range;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class CheckpointTest {
  record Block(Tensor weight, Tensor x) {}

  private static Tensor body(Block block) {
    Tensor y = block.x();
    for (int i = 0; i < 4; i++) y = y.matmul(block.weight()).tanh();
    return y;
  }

  private static Tensor loss(List<Tensor> weights, Tensor x, boolean checkpoints) {
    Tensor y = x;
    for (Tensor weight : weights) {
      var block = new Block(weight, y);
      y = checkpoints ? Grad.checkpoint(block, CheckpointTest::body) : body(block);
    }
    return y.square().sum();
  }

  private static List<Tensor> weights(DType dtype, int count, int size) {
    Key[] keys = Key.of(1).split(count);
    return java.util.Arrays.stream(keys).map(k -> Tensor.normal(k, dtype, size, size)).toList();
  }

  @Test
  void gradientIsBitwiseThatWithoutCheckpoints() {
    List<Tensor> weights = weights(DType.F32, 3, 8);
    Tensor x = Tensor.normal(Key.of(2), DType.F32, 5, 8);
    var plain = Grad.valueAndGrad(weights, w -> loss(w, x, false));
    var again = Grad.valueAndGrad(weights, w -> loss(w, x, true));
    assertThat(again.value().item()).isEqualTo(plain.value().item());
    for (int i = 0; i < weights.size(); i++) {
      assertThat(again.gradient().get(i).toFloats()).isEqualTo(plain.gradient().get(i).toFloats());
    }
  }

  @Test
  void peakMemoryIsLower() {
    assertThat(peak(true)).isLessThan(peak(false) * 6 / 10);
  }

  private static long peak(boolean checkpoints) {
    try (Memory memory = Memory.withLimit(1L << 30);
        var _ = TensorScope.open(memory)) {
      List<Tensor> weights = weights(DType.F32, 8, 16);
      Tensor x = Tensor.normal(Key.of(2), DType.F32, 2048, 16);
      Grad.grad(weights, w -> loss(w, x, checkpoints));
      return memory.peakBytes();
    }
  }

  @Test
  void worksInsideItself() {
    UnaryOperator<Tensor> inner = t -> Grad.checkpoint(t, u -> u.exp().sin());
    UnaryOperator<Tensor> plain = t -> t.exp().sin();
    Tensor x = Tensor.of(0.1, 0.2);
    Tensor nested = Grad.grad(x, t -> Grad.checkpoint(t, u -> inner.apply(u).square()).sum());
    Tensor expected = Grad.grad(x, t -> plain.apply(t).square().sum());
    assertThat(nested.toDoubles()).isEqualTo(expected.toDoubles());
  }

  @Test
  void worksForGradientsOfGradients() {
    Tensor x = Tensor.scalar(DType.F64, 0.3);
    Tensor second = Grad.grad(x, t -> Grad.grad(t, u -> Grad.checkpoint(u, v -> v.exp().sin())));
    Tensor expected = Grad.grad(x, t -> Grad.grad(t, u -> u.exp().sin()));
    assertThat(second.item()).isEqualTo(expected.item());
    Tensor around = Grad.grad(x, t -> Grad.checkpoint(t, s -> Grad.grad(s, u -> u.exp().sin())));
    assertThat(around.item()).isEqualTo(expected.item());
  }

  @Test
  void outsideAGradientTheBodyIsSimplyCalled() {
    assertThat(Grad.checkpoint(Tensor.of(2.0), Tensor::square).item()).isEqualTo(4);
  }

  @Test
  void inputsMayComeOutAgain() {
    Tensor gradient =
        Grad.grad(
            Tensor.scalar(DType.F64, 3),
            x -> {
              List<Tensor> out = Grad.checkpoint(x, t -> List.of(t, t.square(), t));
              return out.get(0).plus(out.get(1)).plus(out.get(2));
            });
    assertThat(gradient.item()).isEqualTo(8);
  }

  @Test
  void aFollowedTensorThatIsNoInputIsAnError() {
    Tensor x = Tensor.of(1.0, 2.0);
    assertThatThrownBy(() -> Grad.grad(x, t -> Grad.checkpoint(t.exp(), y -> y.times(t)).sum()))
        .isInstanceOf(GradientException.class)
        .hasMessageStartingWith("checkpoint: times in its body uses F64[2]");
  }

  @Test
  void aResultWithoutGradientTakesNone() {
    Tensor gradient =
        Grad.grad(
            Tensor.of(1.0, 2.0),
            t -> {
              List<Tensor> out = Grad.checkpoint(t, u -> List.of(u.square(), u.argMax(0)));
              return out.get(0).gather(0, out.get(1).reshape(1)).sum();
            });
    assertThat(gradient.toDoubles()).containsExactly(0, 4);
  }

  /** What the body uses beside its inputs lives until the body is computed again. */
  @Test
  void constantsOfTheBodyAreKept() {
    Tensor x = Tensor.of(1.0, 2.0);
    UnaryOperator<Tensor> loss =
        t -> {
          try (var scope = TensorScope.open()) {
            Tensor scale = Tensor.of(3.0, 4.0).times(1);
            Tensor shift = scale.get(Range.of(1, 2));
            UnaryOperator<Tensor> body = u -> u.square().times(scale).plus(shift).exp().log();
            return scope.keep(Grad.checkpoint(t, body).sum());
          }
        };
    assertThat(Grad.grad(x, t -> scoped(t, loss)).toDoubles())
        .containsExactly(new double[] {6, 16}, within(1e-12));
    Tensor curvature = Grad.grad(x, t -> Grad.grad(t, u -> scoped(u, loss)).sum());
    assertThat(curvature.toDoubles()).containsExactly(new double[] {6, 8}, within(1e-12));
    var vjp = Grad.vjp(x, t -> scoped(t, loss));
    for (int i = 0; i < 2; i++) {
      assertThat(vjp.pullback(Tensor.scalar(DType.F64, 1)).toDoubles())
          .containsExactly(new double[] {6, 16}, within(1e-12));
    }
    // Around a checkpoint in a checkpoint, too.
    Tensor nested = Grad.grad(x, t -> Grad.checkpoint(t, u -> scoped(u, loss)));
    assertThat(nested.toDoubles()).containsExactly(new double[] {6, 16}, within(1e-12));
  }

  private static Tensor scoped(Tensor x, UnaryOperator<Tensor> loss) {
    try (var scope = TensorScope.open()) {
      return scope.keep(loss.apply(x));
    }
  }

  @Test
  void whatTheBodyMakesIsNotKept() {
    try (Memory memory = Memory.withLimit(1L << 30);
        var _ = TensorScope.open(memory)) {
      Tensor x = Tensor.ones(DType.F32, 1000);
      Grad.grad(
          x,
          t -> {
            long before = memory.liveCount();
            // Of Java's numbers, in a scope of the body's own, and as a result beside another.
            List<Tensor> out =
                Grad.checkpoint(
                    t,
                    u -> {
                      Tensor made = Tensor.of(new float[1000]);
                      Tensor inner = scoped(u, v -> v.times(Tensor.of(new float[1000])));
                      return List.of(u.plus(made).exp(), inner);
                    });
            // The two results.
            assertThat(memory.liveCount()).isEqualTo(before + 2);
            return out.get(0).plus(out.get(1)).sum();
          });
    }
  }
}
