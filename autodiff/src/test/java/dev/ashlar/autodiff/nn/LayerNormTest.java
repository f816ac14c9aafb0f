package dev.ashlar.autodiff.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.GradCheck;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
final class LayerNormTest {
  private record With(LayerNorm layer, Tensor in) {
    Tensor result() {
      return layer.forward(in);
    }
  }

  private static Tensor numbers(long seed, DType dtype, int... dims) {
    return Tensor.normal(Key.of(seed), dtype, dims);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F64"})
  void resultsAreThoseReckonedByHand(DType dtype) {
    Tensor x = Tensor.of(Shape.of(2, 3), 1.0, 4, 7, 5, 5, 5).toType(dtype);
    Tensor weight = Tensor.of(1.0, 1, 2).toType(dtype);
    Tensor bias = Tensor.of(0.5, 10, 0).toType(dtype);
    // Variances are 6 and 0; what is added makes them 9 and 3.
    var op = new LayerNormOp(3);
    List<Tensor> results = Interpreter.callAll(op, x, weight, bias);
    assertThat(results.get(0).toDoubles()).containsExactly(-0.5, 10, 2, 0.5, 10, 0);
    assertThat(results.get(1).toDoubles()).containsExactly(4, 5);
    assertThat(results.get(2).toType(DType.F32).toFloats())
        .containsExactly(1 / 3f, (float) (1 / Math.sqrt(3)));
  }

  @Test
  void noBiasIsABiasOfZeros() {
    Tensor x = numbers(1, DType.F32, 4, 19);
    Tensor weight = numbers(2, DType.F32, 19);
    var without = new LayerNorm(weight, null, 1e-5);
    var with = new LayerNorm(weight, weight.zerosLike(), 1e-5);
    assertThat(without.forward(x).toFloats()).isEqualTo(with.forward(x).toFloats());
    Tensor dY = numbers(3, DType.F32, 4, 19);
    With actual = Grad.grad(new With(without, x), w -> w.result().times(dY).sum());
    With expected = Grad.grad(new With(with, x), w -> w.result().times(dY).sum());
    assertThat(actual.in().toFloats()).isEqualTo(expected.in().toFloats());
    assertThat(actual.layer().weight().toFloats()).isEqualTo(expected.layer().weight().toFloats());
    assertThat(actual.layer().bias()).isNull();
  }

  @Test
  void itsGradientIsRightWithoutBiasToo() {
    Tensor x = numbers(1, DType.F64, 2, 3, 5);
    var layer = new LayerNorm(numbers(2, DType.F64, 5), null, 1e-3);
    GradCheck.inF64().withOrder(2).check(new With(layer, x), With::result);
  }

  @Test
  void aBiasThatDoesNotFitIsNamed() {
    Tensor x = numbers(1, DType.F64, 3, 8);
    Tensor weight = Tensor.ones(DType.F64, 8);
    assertThatThrownBy(() -> new LayerNorm(weight, Tensor.ones(DType.F64, 1), 1e-5).forward(x))
        .hasMessage("layerNorm: bias F64[1] must be the last axis of input F64[3, 8]");
    assertThatThrownBy(() -> new LayerNorm(weight, Tensor.ones(DType.F32, 8), 1e-5).forward(x))
        .hasMessage("layerNorm: bias F32[8] must be the last axis of input F64[3, 8]");
    assertThatThrownBy(() -> LayerNorm.init(DType.F64, 1).forward(x.sum()))
        .hasMessage("layerNorm: weight F64[1] must be the last axis of input F64[]");
  }
}
