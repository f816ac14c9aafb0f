package dev.ashlar.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class GradCheckTest {
  record Model(Tensor weight, Tensor bias, Tensor ids) {}

  /** The square, whose backward is off by {@code error} at element {@code at}. */
  record Square(int at, double error) implements DifferentiableOp {
    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      return inputs;
    }

    @Override
    public void compute(List<Operand> in, List<Operand> out) {
      for (long i = 0; i < in.getFirst().size(); i++) {
        double x = in.getFirst().getDouble(in.getFirst().layout().offsetElements() + i);
        out.getFirst().setDouble(i, x * x);
      }
    }

    @Override
    public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
      Tensor x = call.input(0);
      double[] factors = new double[(int) x.size()];
      java.util.Arrays.fill(factors, 2);
      factors[at] += error;
      Tensor factor = Tensor.of(x.shape(), factors);
      return List.of(Optional.of(dOutputs.getFirst().times(x).times(factor)));
    }
  }

  private static Tensor square(Tensor x, int at, double error) {
    return Interpreter.call(new Square(at, error), x);
  }

  @Test
  void aRightGradientPasses() {
    var model =
        new Model(
            Tensor.normal(Key.of(1), DType.F64, 3, 4),
            Tensor.normal(Key.of(2), DType.F64, 4),
            Tensor.of(0, 2, 1));
    GradReport report =
        GradCheck.inF64()
            .withOrder(2)
            .check(model, m -> m.weight().indexSelect(0, m.ids()).plus(m.bias()).tanh().square());
    assertThat(report.passed()).isTrue();
    assertThat(report.worstPerTensor()).hasSize(4);
    assertThat(report.worst().relativeGap()).isLessThan(1e-8);
  }

  @Test
  void aFunctionThatBendsWithinTheStepPasses() {
    Tensor x = Tensor.normal(Key.of(4), DType.F64, 20, 15);
    Tensor w = Tensor.normal(Key.of(5), DType.F64, 15, 20);
    GradCheck.inF64().check(w, t -> x.matmul(t).times(20).sin());
    GradCheck.inF64().check(Tensor.of(0.3, 0.4), t -> t.times(200).sin());
  }

  @Test
  void aWrongGradientOfAFunctionThatBendsWithinTheStepIsFound() {
    Tensor x = Tensor.of(0.3, 0.4);
    GradReport report = GradCheck.inF64().report(x, t -> square(t.times(200).sin(), 1, 1e-4));
    assertThat(report.passed()).isFalse();
    assertThat(report.worst().index()).containsExactly(1);
    assertThat(report.worst().relativeGap()).isBetween(2e-5, 2e-4);
  }

  @Test
  void aWrongElementIsFoundAndNamed() {
    record Holder(Tensor value) {}
    var x = new Holder(Tensor.normal(Key.of(3), DType.F64, 3, 4));
    assertThatThrownBy(() -> GradCheck.inF64().check(x, h -> square(h.value(), 6, 1e-4)))
        .isInstanceOf(GradCheckException.class)
        .hasMessageContaining("FAIL gradient of value at [1, 2]")
        .extracting(e -> ((GradCheckException) e).report().worst())
        .satisfies(
            worst -> {
              assertThat(worst.path()).isEqualTo("value");
              assertThat(worst.index()).containsExactly(1, 2);
              assertThat(worst.analytic() / worst.numeric())
                  .isCloseTo(1.00005, org.assertj.core.api.Assertions.within(1e-9));
            });
  }

  @Test
  void aWrongElementOfABigTensorIsFoundByProjection() {
    Tensor x = Tensor.ones(DType.F64, 40, 50);
    GradCheck.inF64().check(x, t -> square(t, 0, 0));
    GradReport report = GradCheck.inF64().report(x, t -> square(t, 777, 0.5));
    assertThat(report.passed()).isFalse();
    assertThat(report.worst().index()).isNull();
    assertThat(report.toString()).contains("along a random direction");
  }

  @Test
  void aGradientThatShouldNotBeZeroIsFound() {
    Tensor x = Tensor.of(1.0, 2.0);
    assertThat(GradCheck.inF64().report(x, t -> square(t, 1, -2)).passed()).isFalse();
  }

  @Test
  void aWrongSecondDerivativeIsFound() {
    // Right to first order; the second derivative lacks the part that stopGradient hides.
    Tensor x = Tensor.of(0.7);
    GradReport report =
        GradCheck.inF64().withOrder(2).report(x, t -> Interpreter.call(new Hidden(), t).sum());
    assertThat(report.worstPerTensor().get(0).relativeGap()).isLessThan(1e-6);
    assertThat(report.worstPerTensor().get(1).relativeGap()).isGreaterThan(0.1);
  }

  /** The square, whose backward hides that it depends on x. */
  record Hidden() implements DifferentiableOp {
    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      return inputs;
    }

    @Override
    public void compute(List<Operand> in, List<Operand> out) {
      new Square(0, 0).compute(in, out);
    }

    @Override
    public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
      Tensor slope = call.input(0).stopGradient().times(2);
      return List.of(Optional.of(dOutputs.getFirst().times(slope)));
    }
  }

  @Test
  void floatsAreCastToDoubles() {
    Tensor x = Tensor.of(0.5f, 1.5f);
    GradCheck.inF64().check(x, t -> t.exp().sum());
    GradCheck.inF32().check(x, t -> t.exp().sum());
  }

  @Test
  void scalarsOfZeroGradientPass() {
    GradCheck.inF64().withOrder(2).check(Tensor.scalar(DType.F64, -1), t -> t.relu());
  }

  @Test
  void nanNeverPasses() {
    assertThat(GradCheck.inF64().report(Tensor.of(-1.0), t -> t.log()).passed()).isFalse();
  }

  @Test
  void expandedViewsAreRefused() {
    Tensor x = Tensor.of(1.0).expand(3);
    assertThatThrownBy(() -> GradCheck.inF64().check(x, Tensor::exp))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expanded view")
        .hasMessageContaining("copy()");
  }

  @Test
  void aFunctionWithoutRealResultIsAnError() {
    assertThatThrownBy(() -> GradCheck.inF64().check(Tensor.of(1.0), t -> t.argMax(0)))
        .isInstanceOf(GradientException.class);
  }

  @Test
  void aKinkWithinTheStepShortensIt() {
    // 2e-4 from the kink of relu, with a step of 1e-3 and twice that.
    Tensor x = Tensor.of(2e-4, -3.0, 1.0);
    GradReport report = GradCheck.inF64().check(x, t -> t.relu().times(t).sum());
    assertThat(report.worst().compared()).isEqualTo(3);
    assertThat(report.worst().leftOut()).isZero();
  }

  @Test
  void aKinkThatIsTooNearIsLeftOutAndSaidSo() {
    Tensor x = Tensor.of(1e-9, -3.0, 1.0);
    GradReport report = GradCheck.inF64().check(x, t -> t.abs().sum());
    assertThat(report.worst().compared()).isEqualTo(2);
    assertThat(report.toString())
        .contains("(worst of 2); 1 left out, where the choice of abs changes within the step");
  }

  @Test
  void aFunctionOfKinksOnlyDoesNotPass() {
    GradReport report = GradCheck.inF64().report(Tensor.of(1e-9), t -> t.relu().sum());
    assertThat(report.passed()).isFalse();
    assertThat(report.toString()).contains("nothing could be compared; 1 left out");
  }

  @Test
  void directionsAcrossAKinkAreDrawnAgain() {
    double[] numbers = new double[200];
    java.util.Arrays.setAll(numbers, i -> i + 1);
    numbers[7] = 5e-6;
    GradReport report = GradCheck.inF64().check(Tensor.of(numbers), t -> t.relu().square().sum());
    assertThat(report.worst().compared()).isEqualTo(4);
  }

  /** Chooses the two greatest; two and three are within the step of each other. */
  private static Tensor twoGreatest(Tensor x) {
    Tensor at = x.stopGradient().topK(2, 0).indices();
    return x.indexSelect(0, at).square().sum();
  }

  @Test
  void frozenChoicesAreConstants() {
    Tensor x = Tensor.of(5.0, 4.0, 4.0 - 1e-9);
    assertThat(GradCheck.inF64().report(x, GradCheckTest::twoGreatest).toString())
        .contains("2 left out, where the choice of topK");
    Tensor mask = x.greater(4 - 1e-12);
    GradReport report =
        GradCheck.inF64()
            .withFrozenChoices()
            .check(x, t -> t.greater(4 - 1e-12).where(t.square(), t.times(3)).sum());
    assertThat(report.worst().compared()).isEqualTo(3);
    assertThat(report.worst().leftOut()).isZero();
    assertThat(mask.toBooleans()).containsExactly(true, true, false);
  }

  @Test
  void floatsAreWarnedOf() {
    Tensor x = Tensor.of(0.5f);
    assertThat(GradCheck.inF32().report(x, Tensor::exp).toString()).contains("warning: in F32");
    assertThat(GradCheck.inF64().report(x, Tensor::exp).warnings()).isEmpty();
  }

  @Test
  void theAssertionFailsWithTheReport() {
    Tensor x = Tensor.of(1.0, 2.0);
    GradAssertions.assertGradients(x, t -> square(t, 0, 0));
    assertThatThrownBy(() -> GradAssertions.assertGradients(x, t -> square(t, 0, 0.1)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("FAIL gradient of the input at [0]");
  }
}
