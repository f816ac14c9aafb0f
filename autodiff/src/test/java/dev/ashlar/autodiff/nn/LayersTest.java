package dev.ashlar.autodiff.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.GradCheck;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorTree;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class LayersTest {
  private static final Key KEY = Key.of(5);
  private static final DType F64 = DType.F64;

  private static Tensor x(int... dims) {
    return Tensor.normal(KEY.fold(1), F64, dims);
  }

  @Test
  void linearMapsTheLastAxisWhateverStandsBefore() {
    Linear layer = Linear.init(KEY, F64, 3, 2).withBias();
    assertThat(layer.forward(x(3)).shape()).isEqualTo(Shape.of(2));
    assertThat(layer.forward(x(4, 3)).shape()).isEqualTo(Shape.of(4, 2));
    assertThat(layer.forward(x(0, 3)).shape()).isEqualTo(Shape.of(0, 2));
    Tensor deep = layer.forward(x(5, 4, 3));
    assertThat(deep.shape()).isEqualTo(Shape.of(5, 4, 2));
    assertThat(deep.get(2).toDoubles()).isEqualTo(layer.forward(x(5, 4, 3).get(2)).toDoubles());
  }

  @Test
  void linearIsWeightTimesInputPlusBias() {
    var layer = new Linear(Tensor.of(Shape.of(2, 3), 1.0, 2, 3, 4, 5, 6), Tensor.of(10.0, 20));
    assertThat(layer.forward(Tensor.of(1.0, 1, 1)).toDoubles()).containsExactly(16, 35);
  }

  @Test
  void linearNamesWhatDoesNotFit() {
    Linear layer = Linear.init(KEY, F64, 3, 2);
    assertThatThrownBy(() -> layer.forward(x(2, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("linear: input [2, 4] must end in 3, as weight [2, 3] says");
    assertThatThrownBy(() -> new Linear(x(2, 3), x(3)))
        .hasMessage("linear: bias must be [2] beside weight [2, 3], got [3]");
    assertThatThrownBy(() -> new Linear(x(3), null)).isInstanceOf(ShapeException.class);
  }

  @Test
  void embeddingPicksRows() {
    var layer = new Embedding(Tensor.of(Shape.of(3, 2), 1.0, 2, 3, 4, 5, 6));
    Tensor out = layer.forward(Tensor.of(Shape.of(2, 2), 2, 0, 2, 1));
    assertThat(out.shape()).isEqualTo(Shape.of(2, 2, 2));
    assertThat(out.toDoubles()).containsExactly(5, 6, 1, 2, 5, 6, 3, 4);
  }

  @Test
  void normsBringRowsToUnitSize() {
    Tensor rms = RmsNorm.init(F64, 8).forward(x(3, 8).times(7));
    assertThat(rms.square().mean(-1).toDoubles())
        .containsExactly(new double[] {1, 1, 1}, within(1e-5));
    Tensor layer = LayerNorm.init(F64, 8).forward(x(3, 8).times(7).plus(5));
    assertThat(layer.mean(-1).toDoubles()).containsExactly(new double[] {0, 0, 0}, within(1e-12));
    assertThat(layer.variance(-1).toDoubles())
        .containsExactly(new double[] {1, 1, 1}, within(1e-5));
  }

  @Test
  void normsNameAWeightThatDoesNotFit() {
    Tensor in = x(3, 8);
    assertThatThrownBy(() -> LayerNorm.init(F64, 5).forward(in))
        .hasMessage("layerNorm: weight F64[5] must be the last axis of input F64[3, 8]");
    assertThatThrownBy(() -> RmsNorm.init(DType.F32, 8).forward(in))
        .hasMessage("rmsNorm: weight F32[8] must be the last axis of input F64[3, 8]");
  }

  @Test
  void rmsNormOfZerosIsZero() {
    Tensor out =
        new RmsNorm(Tensor.ones(DType.F32, 5), 1e-5).forward(Tensor.zeros(DType.F32, 2, 5));
    assertThat(out.toFloats()).containsOnly(0);
  }

  @Test
  void everyLayersGradientIsRight() {
    GradCheck check = GradCheck.inF64();
    Tensor in = x(4, 6);
    record With<L>(L layer, Tensor in) {}
    check.check(
        new With<>(Linear.init(KEY, F64, 6, 3).withBias(), in), w -> w.layer().forward(w.in()));
    check.check(new With<>(RmsNorm.init(F64, 6), in), w -> w.layer().forward(w.in()));
    check.check(new With<>(LayerNorm.init(F64, 6), in), w -> w.layer().forward(w.in()));
    check.check(new With<>(SwiGlu.init(KEY, F64, 6, 10), in), w -> w.layer().forward(w.in()));
    check.check(Embedding.init(KEY, F64, 5, 6), e -> e.forward(Tensor.of(1, 4, 1, 0)));
    check.check(in, t -> new Dropout(0.3).forward(KEY, t));
  }

  @Test
  void normsOfRowsWithoutColumnsHaveGradientsTwice() {
    Tensor x = Tensor.zeros(F64, 2, 0);
    assertThat(curvature(x, RmsNorm.init(F64, 0)::forward).spec()).isEqualTo(x.spec());
    assertThat(curvature(x, LayerNorm.init(F64, 0)::forward).spec()).isEqualTo(x.spec());
  }

  private static Tensor curvature(Tensor x, UnaryOperator<Tensor> norm) {
    return Grad.grad(x, t -> Grad.grad(t, u -> norm.apply(u).square().sum()).sum());
  }

  @Test
  void dropoutKeepsTheMeanAndFollowsItsKey() {
    Tensor ones = Tensor.ones(F64, 100, 100);
    var dropout = new Dropout(0.25);
    Tensor out = dropout.forward(KEY, ones);
    assertThat(out.mean().item()).isCloseTo(1, within(0.03));
    assertThat(out.equalTo(0).toType(F64).mean().item()).isCloseTo(0.25, within(0.02));
    assertThat(dropout.forward(KEY, ones).toDoubles()).isEqualTo(out.toDoubles());
    assertThat(dropout.forward(KEY.fold(1), ones).toDoubles()).isNotEqualTo(out.toDoubles());
    assertThat(new Dropout(0).forward(KEY, ones)).isSameAs(ones);
    assertThatThrownBy(() -> new Dropout(1)).hasMessageContaining("got 1.0");
  }

  @Test
  void initialWeightsHaveTheirVariance() {
    assertThat(variance(Init.normal(KEY, F64, 0.5, 100, 100))).isCloseTo(0.25, within(0.02));
    assertThat(variance(Init.uniform(KEY, F64, 3, 100, 100))).isCloseTo(3, within(0.1));
    assertThat(variance(Init.xavier(KEY, F64, 50, 150))).isCloseTo(0.01, within(0.001));
    assertThat(variance(Init.kaiming(KEY, F64, 100, 100))).isCloseTo(0.02, within(0.002));
    assertThat(variance(Init.linear(KEY, F64, 100, 100))).isCloseTo(0.01 / 3, within(0.0005));
    assertThat(Init.xavier(KEY, F64, 3, 5).shape()).isEqualTo(Shape.of(5, 3));
  }

  private static double variance(Tensor x) {
    return x.variance().item();
  }

  @Test
  void pathsAreTheComponentNames() {
    assertThat(TensorTree.named(List.of(SwiGlu.init(KEY, F64, 2, 3))).keySet())
        .containsExactly("0.gate.weight", "0.up.weight", "0.down.weight");
  }
}
