package dev.ashlar.autodiff.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.GradCheck;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
final class LossesTest {
  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void crossEntropyIsMinusTheLogProbability(DType dtype) {
    Tensor logits = Tensor.of(Shape.of(2, 3), 0.0, Math.log(2), Math.log(5), 1, 1, 1);
    Tensor losses = Losses.crossEntropyPerPosition(logits.toType(dtype), Tensor.of(2, 0));
    assertThat(losses.toDoubles())
        .containsExactly(new double[] {Math.log(8.0 / 5), Math.log(3)}, within(1e-6));
    double mean = Losses.crossEntropy(logits.toType(dtype), Tensor.of(2L, 0L)).item();
    assertThat(mean).isCloseTo((Math.log(1.6) + Math.log(3)) / 2, within(1e-6));
  }

  @Test
  void ignoredPositionsCountNeitherAboveNorBelow() {
    Tensor logits = Tensor.normal(Key.of(1), DType.F64, 4, 3);
    Tensor targets = Tensor.of(1, -100, 2, -100);
    double expected =
        Losses.crossEntropy(
                Tensor.concat(0, logits.get(0).unsqueeze(0), logits.get(2).unsqueeze(0)),
                Tensor.of(1, 2))
            .item();
    assertThat(Losses.crossEntropy(logits, targets, -100).item())
        .isCloseTo(expected, within(1e-15));
    Tensor gradient = Grad.grad(logits, x -> Losses.crossEntropy(x, targets, -100));
    assertThat(gradient.get(1).toDoubles()).containsOnly(0);
    assertThat(gradient.get(3).toDoubles()).containsOnly(0);
    assertThat(gradient.get(0).abs().sum().item()).isGreaterThan(0.1);
  }

  @Test
  void whatIsIgnoredMayBeAnyLong() {
    Tensor logits = Tensor.normal(Key.of(1), DType.F64, 3, 3);
    Linear head = Linear.init(Key.of(2), DType.F64, 3, 3);
    Tensor targets = Tensor.of(1, 0, 2);
    double all = Losses.crossEntropy(logits, targets).item();
    double first = Losses.crossEntropy(logits.get(0).unsqueeze(0), Tensor.of(1)).item();
    double linear = Losses.linearCrossEntropy(logits, head, targets).item();
    for (long ignored : new long[] {1L << 32, Long.MIN_VALUE, Long.MAX_VALUE, (1L << 53) + 1}) {
      assertThat(Losses.crossEntropy(logits, targets, ignored).item()).isEqualTo(all);
      assertThat(Losses.linearCrossEntropy(logits, head, targets, ignored).item())
          .isEqualTo(linear);
      Tensor twice = Tensor.of(1, ignored, ignored);
      assertThat(Losses.crossEntropy(logits, twice, ignored).item())
          .isCloseTo(first, within(1e-15));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void notANumberInAnIgnoredRowStaysThere(DType dtype) {
    Tensor logits = Tensor.of(Shape.of(2, 2), Double.NaN, 1, 2, 3).toType(dtype);
    Tensor targets = Tensor.of(-1, 1);
    assertThat(Losses.crossEntropy(logits, targets, -1).item()).isFinite();
    Tensor gradient = Grad.grad(logits, x -> Losses.crossEntropy(x, targets, -1));
    assertThat(gradient.get(0).toDoubles()).containsOnly(0);
    assertThat(Losses.crossEntropy(logits, Tensor.of(0, 1)).item()).isNaN();
  }

  @Test
  void nothingCountedGivesNaN() {
    Tensor logits = Tensor.zeros(DType.F32, 2, 3);
    assertThat(Losses.crossEntropy(logits, Tensor.of(-1, -1), -1).item()).isNaN();
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void hugeLogitsDoNotOverflow(DType dtype) {
    Tensor logits = Tensor.of(Shape.of(1, 3), 1e4, -1e4, 0).toType(dtype);
    assertThat(Losses.crossEntropy(logits, Tensor.of(0)).item()).isZero();
    assertThat(Losses.crossEntropy(logits, Tensor.of(1)).item()).isEqualTo(2e4);
    Tensor gradient = Grad.grad(logits, x -> Losses.crossEntropy(x, Tensor.of(1)));
    assertThat(gradient.toDoubles()).containsExactly(1, -1, 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void aTargetOutOfRangeIsNamed(DType dtype) {
    Tensor logits = Tensor.zeros(dtype, 3, 5);
    assertThatThrownBy(() -> Losses.crossEntropy(logits, Tensor.of(0, 7, 1)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("crossEntropy: target 7 at position 1 is not in 0 .. 4; logits have 5 classes");
    assertThatThrownBy(() -> Losses.crossEntropy(logits, Tensor.of(0, 1, -1)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shapesThatDoNotFitAreNamed() {
    Tensor logits = Tensor.zeros(DType.F32, 3, 5);
    assertThatThrownBy(() -> Losses.crossEntropy(logits, Tensor.of(0, 1)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("F32[3, 5]")
        .hasMessageContaining("I32[2]");
    assertThatThrownBy(() -> Losses.crossEntropy(logits, Tensor.of(0f, 1, 2)))
        .isInstanceOf(ShapeException.class);
  }

  @Test
  void backwardMakesOneTensorOfTheLogitsSize() {
    int rows = 512;
    int classes = 1024;
    try (Memory memory = Memory.withLimit(1L << 30);
        var _ = TensorScope.open(memory)) {
      Tensor logits = Tensor.zeros(DType.F32, rows, classes);
      Tensor targets = Tensor.zeros(DType.I32, rows);
      long size = (long) rows * classes * Float.BYTES;
      Grad.grad(logits, x -> Losses.crossEntropy(x, targets));
      assertThat(memory.peakBytes()).isLessThan(2 * size + size / 4);
    }
  }

  @Test
  void otherLossesAreWhatTheySay() {
    Tensor x = Tensor.of(1.0, -2.0);
    Tensor y = Tensor.of(0.0, 1.0);
    assertThat(Losses.meanSquaredError(x, y).item()).isEqualTo(5);
    assertThat(Losses.meanAbsoluteError(x, y).item()).isEqualTo(2);
    double expected = (Math.log1p(Math.exp(1)) + Math.log1p(Math.exp(2))) / 2;
    assertThat(Losses.binaryCrossEntropy(x, y).item()).isCloseTo(expected, within(1e-12));
    assertThat(Losses.binaryCrossEntropy(x.times(1e4), y).item()).isEqualTo(1.5e4);
    GradCheck.inF64().check(x, t -> Losses.meanSquaredError(t, y));
    GradCheck.inF64().check(x, t -> Losses.binaryCrossEntropy(t, y));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void binaryCrossEntropyIsSmoothAtLogitsOfZero(DType dtype) {
    Tensor x = Tensor.of(0.0, -0.0, 0.0).toType(dtype);
    Tensor y = Tensor.of(0.0, 1.0, 0.25).toType(dtype);
    UnaryOperator<Tensor> gradient =
        at -> Grad.grad(at, t -> Losses.binaryCrossEntropy(t, y)).times(3);
    // sigmoid(0) - label, and sigmoid'(0).
    assertThat(gradient.apply(x).toDoubles())
        .containsExactly(new double[] {0.5, -0.5, 0.25}, within(1e-7));
    assertThat(Grad.grad(x, t -> gradient.apply(t).sum()).toDoubles())
        .containsExactly(new double[] {0.25, 0.25, 0.25}, within(1e-7));
  }
}
