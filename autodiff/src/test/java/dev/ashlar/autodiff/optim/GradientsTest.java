package dev.ashlar.autodiff.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
final class GradientsTest {
  record Model(Tensor a, Tensor b) {}

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void accumulatedPartsAreTheWhole(DType dtype) {
    var model =
        new Model(Tensor.normal(Key.of(1), dtype, 4, 3), Tensor.normal(Key.of(2), dtype, 3));
    Tensor x = Tensor.normal(Key.of(3), dtype, 8, 4);
    Model whole = Grad.grad(model, m -> loss(m, x));
    Memory memory = TensorScope.current().memory();
    Model total = Gradients.zeros(model);
    long before = memory.liveCount();
    for (int part = 0; part < 4; part++) {
      try (var _ = TensorScope.open()) {
        Tensor rows = x.slice(0, 2 * part, 2 * part + 2);
        total = Gradients.accumulate(total, Grad.grad(model, m -> loss(m, rows)), 0.25);
      }
    }
    assertThat(memory.liveCount()).isEqualTo(before);
    double close = dtype == DType.F64 ? 1e-14 : 1e-6;
    assertThat(total.a().toDoubles()).containsExactly(whole.a().toDoubles(), within(close));
    assertThat(total.b().toDoubles()).containsExactly(whole.b().toDoubles(), within(close));
  }

  private static Tensor loss(Model m, Tensor x) {
    return x.matmul(m.a()).plus(m.b()).tanh().square().mean();
  }

  @Test
  void gradientsThatShareMemoryCanBeAccumulated() {
    var model = new Model(Tensor.of(1.0, 2.0), Tensor.of(3.0, 4.0));
    Model gradients = Grad.grad(model, m -> m.a().plus(m.b()).square().sum());
    Model total = Gradients.accumulate(Gradients.zeros(model), gradients, 1);
    Model twice = Gradients.accumulate(total, gradients, 1);
    assertThat(twice.a().toDoubles()).containsExactly(16, 24);
    assertThat(twice.b().toDoubles()).containsExactly(16, 24);
  }
}
