package dev.ashlar.autodiff.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NoLeaks.class)
final class SgdTest {
  @ParameterizedTest
  @CsvSource({
    "F64, 0, false",
    "F64, 0.9, false",
    "F64, 0.9, true",
    "F32, 0, false",
    "F32, 0.9, false",
    "F32, 0.9, true",
  })
  void thirtyStepsAgreeWithAnIndependentLoop(DType dtype, double momentum, boolean nesterov) {
    Sgd sgd = Sgd.of(Schedule.linear(0.1, 0.01, 30)).withMomentum(momentum);
    if (nesterov) sgd = sgd.withNesterov();
    Tensor x = Tensor.normal(Key.of(1), DType.F32, 37).toType(dtype);
    double[] theta = x.toDoubles();
    double[] velocity = new double[theta.length];
    Sgd.State<Tensor> state = sgd.init(x);
    for (int step = 0; step < 30; step++) {
      Tensor gradient = Tensor.normal(Key.of(2).fold(step), DType.F32, 37).toType(dtype);
      double[] g = gradient.toDoubles();
      double rate = 0.1 - 0.09 * step / 30;
      for (int i = 0; i < theta.length; i++) {
        velocity[i] = momentum * velocity[i] + g[i];
        theta[i] -= rate * (nesterov ? g[i] + momentum * velocity[i] : velocity[i]);
      }
      Sgd.Next<Tensor> next = sgd.update(x, gradient, state);
      x = next.model();
      state = next.state();
    }
    double close = dtype == DType.F64 ? 1e-13 : 1e-5;
    assertThat(x.toDoubles()).containsExactly(theta, within(close));
    assertThat(state.step()).isEqualTo(30);
    assertThat(state.velocity() == null).isEqualTo(momentum == 0);
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void aStateOfUpdatesWithoutMomentumGoesOnWithIt(boolean nesterov) {
    Sgd plain = Sgd.of(0.5);
    Sgd rolling = plain.withMomentum(0.5);
    if (nesterov) rolling = rolling.withNesterov();
    Tensor x = Tensor.of(8.0);
    var first = plain.update(x, Tensor.of(2.0), plain.init(x));
    assertThat(first.model().toDoubles()).containsExactly(7);
    var second = rolling.update(first.model(), Tensor.of(2.0), first.state());
    assertThat(second.model().toDoubles()).containsExactly(nesterov ? 5.5 : 6);
    assertThat(second.state().step()).isEqualTo(2);
    assertThat(second.state().velocity().toDoubles()).containsExactly(2);
    var third = rolling.update(second.model(), Tensor.of(2.0), second.state());
    assertThat(third.state().velocity().toDoubles()).containsExactly(3);
  }

  @Test
  void numbersAreChecked() {
    assertThatThrownBy(() -> Sgd.of(0.1).withMomentum(1)).hasMessageContaining("got 1.0");
    assertThatThrownBy(() -> Sgd.of(0.1).withNesterov()).hasMessageContaining("withMomentum");
  }
}
