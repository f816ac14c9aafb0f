package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.GradCheck;
import dev.ashlar.autodiff.NoGradientException;
import dev.ashlar.moba.AttentionCase.Numbers;
import dev.ashlar.moba.AttentionInputs.Qkv;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Finite differences in double precision, far from where the choice changes. */
@ExtendWith(NoLeaks.class)
final class AttentionGradientsTest {
  private final AttentionInputs in = clear();
  private final AttentionCase of = in.of();

  /** Returns a case whose choice no finite difference changes. */
  private static AttentionInputs clear() {
    for (long seed = 0; ; seed++) {
      var drawn =
          new AttentionCase(List.of(11, 0, 6), 2, 2, 3, 2, 3, Numbers.NORMAL, seed).inputs();
      if (MaskedLoops.gap(drawn) > 0.02) return drawn;
    }
  }

  @Test
  void ofMobaAreItsDerivatives() {
    check(x -> Moba.attended(x.query(), x.key(), x.value(), of.packing(), of.config()), 1);
  }

  @Test
  void ofDenseAttentionAreItsDerivatives() {
    check(x -> Moba.denseAttended(x.query(), x.key(), x.value(), of.packing()), 1);
  }

  @Test
  void ofTheReferencesAreTheirDerivativesTwice() {
    check(x -> DenseReference.attend(x.query(), x.key(), x.value(), of.packing()), 2);
    check(x -> MobaReference.attend(x.query(), x.key(), x.value(), of.gate()), 2);
  }

  private void check(Function<Qkv, Attended> attention, int order) {
    GradCheck.inF64().withOrder(order).check(in.tensors(DType.F64), attention);
  }

  @Test
  void ofGradientsNameTheComposedForm() {
    Qkv inputs = in.tensors(DType.F64);
    Function<Qkv, Tensor> twice =
        x -> gradientOf(x, y -> Moba.dense(y.query(), y.key(), y.value(), of.packing()));
    assertThatThrownBy(() -> Grad.grad(inputs, twice))
        .isInstanceOf(NoGradientException.class)
        .hasMessage(
            "flashAttentionBackward: has no gradient of its own; for second derivatives call"
                + " DenseReference");
    Function<Qkv, Tensor> moba =
        x ->
            gradientOf(
                x, y -> Moba.attention(y.query(), y.key(), y.value(), of.packing(), of.config()));
    assertThatThrownBy(() -> Grad.grad(inputs, moba))
        .isInstanceOf(NoGradientException.class)
        .hasMessageContaining("mobaAttentionBackward")
        .hasMessageContaining("MobaReference");
  }

  private static Tensor gradientOf(Qkv x, Function<Qkv, Tensor> attention) {
    Qkv gradient = Grad.grad(x, y -> attention.apply(y).square().sum());
    return gradient.query().plus(gradient.query()).sum();
  }
}
