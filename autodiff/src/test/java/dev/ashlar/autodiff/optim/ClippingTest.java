package dev.ashlar.autodiff.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
final class ClippingTest {
  @ParameterizedTest
  @EnumSource(names = {"F32", "F64", "BF16"})
  void longGradientsAreScaledTogether(DType dtype) {
    List<Tensor> gradients =
        List.of(Tensor.of(3f, 0).toType(dtype), Tensor.of(4f).toType(dtype), Tensor.of(7));
    Clipping.Clipped<List<Tensor>> clipped = Clipping.byGlobalNorm(gradients, 1);
    assertThat(clipped.norm()).isEqualTo(5);
    assertThat(clipped.isFinite()).isTrue();
    double close = dtype == DType.BF16 ? 3e-3 : 1e-7;
    assertThat(clipped.gradients().get(0).toDoubles())
        .containsExactly(new double[] {0.6, 0}, within(close));
    assertThat(clipped.gradients().get(1).toDoubles())
        .containsExactly(new double[] {0.8}, within(close));
    assertThat(clipped.gradients().get(2)).isSameAs(gradients.get(2));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64", "BF16"})
  void withoutReadingTheNormGradientsAreTheSame(DType dtype) {
    for (float last : new float[] {4, 0.1f, Float.NaN, Float.POSITIVE_INFINITY}) {
      List<Tensor> gradients =
          List.of(Tensor.of(0.3f, 0).toType(dtype), Tensor.of(last).toType(dtype), Tensor.of(7));
      Clipping.Clipped<List<Tensor>> clipped = Clipping.byGlobalNorm(gradients, 1);
      Clipping.Bounded<List<Tensor>> bounded = Clipping.boundGlobalNorm(gradients, 1);
      assertThat(bounded.norm().item()).isEqualTo(Double.valueOf(clipped.norm()));
      for (int i = 0; i < gradients.size(); i++) {
        assertThat(bounded.gradients().get(i).toDoubles())
            .containsExactly(clipped.gradients().get(i).toDoubles());
      }
    }
  }

  @Test
  void shortGradientsStay() {
    Tensor gradient = Tensor.of(3.0, 4.0);
    assertThat(Clipping.byGlobalNorm(gradient, 5).gradients()).isSameAs(gradient);
  }

  @Test
  void aNormThatIsNotFiniteIsSaidAndNothingIsTouched() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      Tensor gradient = Tensor.of(1f, bad);
      Clipping.Clipped<Tensor> clipped = Clipping.byGlobalNorm(gradient, 1);
      assertThat(clipped.isFinite()).isFalse();
      assertThat(clipped.gradients()).isSameAs(gradient);
    }
  }

  @Test
  void hugeFloatsDoNotOverflow() {
    Tensor gradient = Tensor.full(DType.F32, 1e30, 10_000);
    Clipping.Clipped<Tensor> clipped = Clipping.byGlobalNorm(gradient, 1);
    assertThat(clipped.norm()).isCloseTo(1e32, within(1e26));
    assertThat(Clipping.globalNorm(clipped.gradients())).isCloseTo(1, within(1e-6));
  }

  @Test
  void theNormIsThatOfDoublePrecisionOnAnyNumberOfThreads() {
    Tensor wide = Tensor.normal(Key.of(1), DType.F32, 300, 1001);
    double expected = Clipping.globalNorm(wide.toType(DType.F64));
    double norm = Clipping.globalNorm(wide);
    assertThat(norm).isCloseTo(expected, within(1e-12 * expected));
    int before = Parallel.threads();
    try {
      Parallel.threads(before == 1 ? 3 : 1);
      assertThat(Clipping.globalNorm(wide)).isEqualTo(norm);
    } finally {
      Parallel.threads(before);
    }
    assertThat(Clipping.globalNorm(wide.transpose())).isCloseTo(expected, within(1e-12 * expected));
    assertThat(Clipping.globalNorm(Tensor.zeros(DType.F32, 0, 3))).isZero();
  }

  @Test
  void theLimitIsChecked() {
    assertThatThrownBy(() -> Clipping.byGlobalNorm(Tensor.of(1f), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Clipping.byGlobalNorm(Tensor.of(1f), Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
