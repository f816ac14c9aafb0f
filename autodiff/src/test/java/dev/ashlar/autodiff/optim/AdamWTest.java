package dev.ashlar.autodiff.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorLifetimeException;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
final class AdamWTest {
  record Model(Tensor weight, Tensor bias, Tensor ids) {}

  private static Model model(DType dtype) {
    return new Model(
        Tensor.normal(Key.of(1), DType.F32, 7, 5).toType(dtype),
        Tensor.normal(Key.of(2), DType.F32, 5).toType(dtype),
        Tensor.of(1, 2));
  }

  private static Model gradients(DType dtype, int step) {
    Key key = Key.of(3).fold(step);
    return new Model(
        Tensor.normal(key.fold(1), DType.F32, 7, 5).toType(dtype),
        Tensor.normal(key.fold(2), DType.F32, 5).toType(dtype),
        Tensor.of(1, 2));
  }

  /**
   * Algorithm 2 of arXiv 1711.05101, word by word, with decay λ scaled by the learning rate as
   * everywhere.
   */
  private static double[] independent(double[] theta, double decay, boolean bias, int steps) {
    double[] m = new double[theta.length];
    double[] v = new double[theta.length];
    for (int t = 1; t <= steps; t++) {
      Model all = gradients(DType.F64, t - 1);
      double[] g = (bias ? all.bias() : all.weight()).toDoubles();
      double rate = 0.01 * t;
      for (int i = 0; i < theta.length; i++) {
        m[i] = 0.9 * m[i] + (1 - 0.9) * g[i];
        v[i] = 0.95 * v[i] + (1 - 0.95) * g[i] * g[i];
        double mHat = m[i] / (1 - Math.pow(0.9, t));
        double vHat = v[i] / (1 - Math.pow(0.95, t));
        theta[i] -= rate * (mHat / (Math.sqrt(vHat) + 1e-8) + decay * theta[i]);
      }
    }
    return theta;
  }

  private static AdamW optimizer() {
    return AdamW.of(step -> 0.01 * (step + 1)).withBetas(0.9, 0.95).withWeightDecay(0.1);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void fiftyStepsAgreeWithAnIndependentLoop(DType dtype) {
    Model model = model(dtype);
    double[] weight = independent(model.weight().toDoubles(), 0.1, false, 50);
    double[] bias = independent(model.bias().toDoubles(), 0, true, 50);
    AdamW.State<Model> state = optimizer().init(model);
    for (int step = 0; step < 50; step++) {
      try (var _ = TensorScope.open()) {
        var next = optimizer().update(model, gradients(dtype, step), state);
        model = next.model();
        state = next.state();
      }
    }
    assertThat(state.step()).isEqualTo(50);
    double close = dtype == DType.F64 ? 1e-12 : 2e-5;
    assertThat(model.weight().toDoubles()).containsExactly(weight, within(close));
    assertThat(model.bias().toDoubles()).containsExactly(bias, within(close));
    assertThat(model.ids().toInts()).containsExactly(1, 2);
  }

  @Test
  void decayIsDecoupledAndOnlyOfMatricesUnlessAsked() {
    Model model = model(DType.F64);
    double[] weight = model.weight().toDoubles();
    double[] bias = model.bias().toDoubles();
    Model zeros = Gradients.zeros(model);
    AdamW decaying = AdamW.of(0.5).withWeightDecay(0.1);
    var next = decaying.update(model, zeros, decaying.init(model));
    for (int i = 0; i < weight.length; i++) weight[i] *= 0.95;
    assertThat(next.model().weight().toDoubles()).containsExactly(weight, within(1e-15));
    assertThat(next.model().bias().toDoubles()).containsExactly(bias);

    AdamW biases = decaying.withDecayOf((path, _) -> path.equals("bias"));
    var after = biases.update(next.model(), zeros, next.state());
    for (int i = 0; i < bias.length; i++) bias[i] *= 0.95;
    assertThat(after.model().weight().toDoubles()).containsExactly(weight, within(1e-15));
    assertThat(after.model().bias().toDoubles()).containsExactly(bias, within(1e-15));
  }

  @Test
  void aSmallDecayIsNotLostToRounding() {
    // 1 - 1e-8 rounds to 1 in F32; the decay must still reach the parameter when it adds up.
    AdamW decaying = AdamW.of(1e-3).withWeightDecay(0.1);
    Tensor model = Tensor.full(DType.F32, 0.75, 2, 2);
    AdamW.State<Tensor> state = decaying.init(model);
    for (int i = 0; i < 100; i++) {
      var next = decaying.update(model, Tensor.zeros(DType.F32, 2, 2), state);
      model = next.model();
      state = next.state();
    }
    assertThat(model.toDoubles()[0]).isCloseTo(0.75 * Math.pow(1 - 1e-4, 100), within(1e-6));
  }

  @Test
  void theUpdateIsInPlace() {
    Memory memory = TensorScope.current().memory();
    Model model = model(DType.F32);
    Model gradients = gradients(DType.F32, 0);
    AdamW.State<Model> state = optimizer().init(model);
    long before = memory.liveCount();
    var next = optimizer().update(model, gradients, state);
    assertThat(memory.liveCount()).isEqualTo(before);
    assertThat(next.model().weight().toFloats()).doesNotContain(Float.NaN);
    assertThatThrownBy(() -> model.weight().sum()).isInstanceOf(TensorLifetimeException.class);
  }

  @Test
  void aStateSavedAndTakenUpAgainContinuesBitwise() {
    List<float[]> whole = run(10, 10);
    List<float[]> resumed = run(10, 4);
    for (int i = 0; i < whole.size(); i++) assertThat(resumed.get(i)).isEqualTo(whole.get(i));
  }

  /**
   * Returns the parameters after {@code steps} updates, copied out of memory and back after {@code
   * pause}.
   */
  private static List<float[]> run(int steps, int pause) {
    Model model = model(DType.F32);
    AdamW.State<Model> state = optimizer().init(model);
    for (int step = 0; step < steps; step++) {
      if (step == pause) {
        model = TensorTree.map(model, AdamWTest::throughArrays);
        state = TensorTree.map(state, AdamWTest::throughArrays);
      }
      var next = optimizer().update(model, gradients(DType.F32, step), state);
      model = next.model();
      state = next.state();
    }
    return List.of(model.weight().toFloats(), model.bias().toFloats());
  }

  private static Tensor throughArrays(Tensor x) {
    return x.dtype() == DType.F32 ? Tensor.of(x.shape(), x.toFloats()) : x;
  }

  @Test
  void theStateCanBeWalkedAndNamed() {
    AdamW.State<Model> state = optimizer().init(model(DType.F32));
    assertThat(TensorTree.named(state).keySet())
        .contains("firstMoment.weight", "secondMoment.bias");
  }

  @Test
  void parametersMayHaveAnyLayoutAndThreadsDoNotMatter() {
    Tensor plain = Tensor.normal(Key.of(4), DType.F32, 300, 200);
    Tensor gradient = Tensor.normal(Key.of(5), DType.F32, 300, 200);
    Tensor turned = plain.transpose().copy().transpose();
    Tensor again = plain.copy();
    float[] expected = once(plain, gradient);
    assertThat(once(turned, gradient)).isEqualTo(expected);
    int before = Parallel.threads();
    try {
      Parallel.threads(before == 1 ? 3 : 1);
      assertThat(once(again, gradient.transpose().copy().transpose())).isEqualTo(expected);
    } finally {
      Parallel.threads(before);
    }
  }

  private static float[] once(Tensor parameter, Tensor gradient) {
    AdamW adamW = AdamW.of(0.1);
    return adamW.update(parameter, gradient, adamW.init(parameter)).model().toFloats();
  }

  @Test
  void aQuadraticIsMinimised() {
    Tensor x = Tensor.of(5.0, -3.0);
    AdamW adamW = AdamW.of(Schedule.cosine(0.3, 0, 300)).withWeightDecay(0);
    AdamW.State<Tensor> state = adamW.init(x);
    for (int i = 0; i < 300; i++) {
      var next =
          adamW.update(x, Grad.grad(x, t -> t.minus(Tensor.of(1.0, 2)).square().sum()), state);
      x = next.model();
      state = next.state();
    }
    assertThat(x.toDoubles()).containsExactly(new double[] {1, 2}, within(1e-3));
  }

  @Test
  void whatDoesNotFitIsNamed() {
    Model model = model(DType.F32);
    var state = optimizer().init(model);
    var wrong = new Model(model.weight(), Tensor.zeros(DType.F32, 4), model.ids());
    assertThatThrownBy(() -> optimizer().update(model, wrong, state))
        .isInstanceOf(ShapeException.class)
        .hasMessage("adamW: bias is F32[5], but F32[4] stands beside it");
    assertThatThrownBy(() -> AdamW.of(0.1).withBetas(1, 0.9))
        .hasMessage("adamW: beta1 must lie in 0 .. 1 (1 excluded), got 1.0");
    assertThatThrownBy(() -> AdamW.of(0.1).withEpsilon(0)).hasMessageContaining("epsilon");
    Tensor half = Tensor.zeros(DType.F32, 2).toType(DType.BF16);
    assertThatThrownBy(() -> AdamW.of(0.1).update(half, half, AdamW.of(0.1).init(half)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("keep a master copy of F32");
    assertThat(half.shape()).isEqualTo(Shape.of(2));
  }
}
