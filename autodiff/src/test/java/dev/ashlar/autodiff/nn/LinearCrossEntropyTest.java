package dev.ashlar.autodiff.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.ValueAndGrad;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.NoLeaksInTries;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.Compiled;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The loss of a linear layer, against the layer and the loss one after the other. */
@ExtendWith(NoLeaks.class)
@AddLifecycleHook(NoLeaksInTries.class)
final class LinearCrossEntropyTest {
  private static final long IGNORED = -100;

  /** What gradients are taken in. */
  private record Inputs(Tensor hidden, Linear head) {
    static Inputs of(DType dtype, int positions, int width, int classes) {
      Tensor hidden = Tensor.normal(Key.of(1), DType.F32, positions, width);
      Tensor weight = Tensor.normal(Key.of(2), DType.F32, classes, width).times(0.3);
      return new Inputs(hidden.toType(dtype), new Linear(weight.toType(dtype), null));
    }

    Tensor loss(Tensor targets) {
      return Losses.linearCrossEntropy(hidden, head, targets);
    }

    Inputs withBias() {
      Tensor bias = Tensor.normal(Key.of(3), head.weight().dtype(), head.weight().dim(0));
      return new Inputs(hidden, new Linear(head.weight(), bias));
    }
  }

  private static Tensor targets(int positions, int classes, int ignoredEvery) {
    int[] targets = new int[positions];
    for (int i = 0; i < positions; i++) {
      boolean ignored = ignoredEvery > 0 && i % ignoredEvery == 0;
      targets[i] = ignored ? (int) IGNORED : i * 31 % classes;
    }
    return Tensor.of(targets);
  }

  private static Function<Inputs, Tensor> fused(Tensor targets) {
    return in -> Losses.linearCrossEntropy(in.hidden, in.head, targets, IGNORED);
  }

  private static Function<Inputs, Tensor> apart(Tensor targets) {
    return in -> Losses.crossEntropy(in.head.forward(in.hidden), targets, IGNORED);
  }

  private static void agree(Inputs in, Tensor targets, double tolerance) {
    ValueAndGrad<Inputs> actual = Grad.valueAndGrad(in, fused(targets));
    ValueAndGrad<Inputs> expected = Grad.valueAndGrad(in, apart(targets));
    close(actual.value(), expected.value(), tolerance);
    close(actual.gradient().hidden, expected.gradient().hidden, tolerance);
    close(actual.gradient().head.weight(), expected.gradient().head.weight(), tolerance);
    close(actual.gradient().head.bias(), expected.gradient().head.bias(), tolerance);
    close(fused(targets).apply(in), expected.value(), tolerance);
  }

  private static void close(@Nullable Tensor actual, @Nullable Tensor expected, double tolerance) {
    if (actual == null || expected == null) {
      assertThat(actual).isEqualTo(expected);
      return;
    }
    assertThat(actual.spec()).isEqualTo(expected.spec());
    double largest = expected.size() == 0 ? 0 : expected.abs().max().item();
    double[] wanted = expected.toDoubles();
    double[] got = actual.toDoubles();
    for (int i = 0; i < got.length; i++) {
      assertThat(got[i]).isCloseTo(wanted[i], within(tolerance * (largest + 1e-30)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16, 17, 256, 257, 1023, 1024, 1025, 2100})
  void itIsTheLossOfTheLayersLogits(int positions) {
    for (int classes : new int[] {1, 31, 100}) {
      Inputs in = Inputs.of(DType.F32, positions, 24, classes);
      agree(in, targets(positions, classes, 0), 1e-6);
      if (positions > 1) agree(in.withBias(), targets(positions, classes, 3), 1e-6);
    }
  }

  @Property(tries = 60)
  void itIsTheLossOfTheLayersLogitsAtAnySize(
      @ForAll @IntRange(min = 2, max = 1500) int positions,
      @ForAll @IntRange(min = 1, max = 70) int width,
      @ForAll @IntRange(min = 1, max = 300) int classes,
      @ForAll boolean biased) {
    Inputs in = Inputs.of(DType.F32, positions, width, classes);
    agree(biased ? in.withBias() : in, targets(positions, classes, 2), 2e-6);
  }

  @Test
  void inDoublePrecisionTheyAgreeToTheLastBits() {
    agree(Inputs.of(DType.F64, 21, 9, 13).withBias(), targets(21, 13, 4), 1e-13);
  }

  @Test
  void gradientsOfManyPositionsAreTheSameBits() {
    int positions = 2500; // three chunks, the last of them not a whole one
    Inputs in = Inputs.of(DType.F32, positions, 64, 96);
    Tensor targets = targets(positions, 96, 0);
    Inputs actual = Grad.grad(in, fused(targets));
    Inputs expected = Grad.grad(in, apart(targets));
    assertThat(actual.hidden.toFloats()).isEqualTo(expected.hidden.toFloats());
    assertThat(actual.head.weight().toFloats()).isEqualTo(expected.head.weight().toFloats());
  }

  @Test
  void leadingAxesAreFlattened() {
    Inputs in = Inputs.of(DType.F32, 12, 8, 5);
    Tensor targets = targets(12, 5, 0);
    Tensor expected = Losses.linearCrossEntropy(in.hidden, in.head, targets);
    Tensor hidden = in.hidden.reshape(3, 4, 8);
    Tensor actual = Losses.linearCrossEntropy(hidden, in.head, targets.reshape(3, 4));
    assertThat(actual.item()).isEqualTo(expected.item());
  }

  @Test
  void logitsAreNeverThereAsAWhole() {
    int positions = 8192;
    int classes = 512;
    try (Memory memory = Memory.withLimit(1L << 30);
        var _ = TensorScope.open(memory)) {
      Inputs in = Inputs.of(DType.F32, positions, 16, classes);
      long before = memory.usedBytes();
      Grad.grad(in, fused(targets(positions, classes, 0)));
      assertThat(memory.peakBytes() - before).isLessThan(4L * positions * classes / 4);
    }
  }

  @Test
  void whatNeedsNoGradientGetsNone() {
    Inputs in = Inputs.of(DType.F32, 40, 8, 5).withBias();
    Tensor targets = targets(40, 5, 3);
    Inputs all = Grad.grad(in, fused(targets));
    Tensor hidden = Grad.grad(in.hidden, h -> fused(targets).apply(new Inputs(h, in.head)));
    Linear head = Grad.grad(in.head, h -> fused(targets).apply(new Inputs(in.hidden, h)));
    assertThat(hidden.toFloats()).isEqualTo(all.hidden.toFloats());
    assertThat(head.weight().toFloats()).isEqualTo(all.head.weight().toFloats());
    assertThat(head.bias().toFloats()).isEqualTo(all.head.bias().toFloats());
  }

  @Test
  void recomputedAndCompiledItIsTheSame() {
    Inputs in = Inputs.of(DType.F32, 1200, 8, 33);
    Tensor targets = targets(1200, 33, 3);
    Inputs expected = Grad.grad(in, fused(targets));
    Inputs recomputed = Grad.grad(in, x -> Grad.checkpoint(x, fused(targets)));
    same(recomputed, expected);
    try (var compiled = Compiled.of((Inputs x) -> Grad.grad(x, fused(targets)))) {
      same(compiled.call(in), expected);
      same(compiled.call(in), expected);
    }
  }

  private static void same(Inputs actual, Inputs expected) {
    assertThat(actual.hidden.toFloats()).isEqualTo(expected.hidden.toFloats());
    assertThat(actual.head.weight().toFloats()).isEqualTo(expected.head.weight().toFloats());
  }

  @Test
  void theGradientIsScaledByWhatComesBack() {
    Inputs in = Inputs.of(DType.F64, 7, 4, 5);
    Tensor targets = targets(7, 5, 0);
    Tensor squared = Grad.grad(in.hidden, h -> new Inputs(h, in.head).loss(targets).square());
    Tensor once = Grad.grad(in.hidden, h -> new Inputs(h, in.head).loss(targets));
    double factor = 2 * in.loss(targets).item();
    close(squared, once.times(factor), 1e-14);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void whereNothingCountsGradientsAreZero(DType dtype) {
    Inputs in = Inputs.of(dtype, 3, 4, 5);
    ValueAndGrad<Inputs> result =
        Grad.valueAndGrad(in, fused(Tensor.of(new int[] {-100, -100, -100})));
    assertThat(result.value().item()).isNaN();
    assertThat(result.gradient().hidden.toDoubles()).containsOnly(0);
    assertThat(result.gradient().head.weight().toDoubles()).containsOnly(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void notANumberIsWhereTheLayerAndTheLossHaveIt(DType dtype) {
    for (double odd :
        List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e30)) {
      for (int position : new int[] {0, 1}) { // ignored, and not
        Inputs in = Inputs.of(dtype, 4, 6, 7);
        double[] hidden = in.hidden.toDoubles();
        hidden[position * 6 + 2] = odd;
        Tensor changed = Tensor.of(Shape.of(4, 6), hidden).toType(dtype);
        var with = new Inputs(changed, in.head);
        Tensor targets = targets(4, 7, 2);
        ValueAndGrad<Inputs> actual = Grad.valueAndGrad(with, fused(targets));
        ValueAndGrad<Inputs> expected = Grad.valueAndGrad(with, apart(targets));
        sameNumbers(actual.value(), expected.value());
        sameNumbers(actual.gradient().hidden, expected.gradient().hidden);
        sameNumbers(actual.gradient().head.weight(), expected.gradient().head.weight());
      }
    }
  }

  private static void sameNumbers(Tensor actual, Tensor expected) {
    assertThat(actual.notEqualTo(actual).toBooleans())
        .isEqualTo(expected.notEqualTo(expected).toBooleans());
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void aTargetOutOfRangeIsNamed(DType dtype) {
    Inputs in = Inputs.of(dtype, 600, 3, 5);
    int[] targets = new int[600];
    targets[555] = 7;
    assertThatThrownBy(() -> in.loss(Tensor.of(targets)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage(
            "crossEntropy: target 7 at position 555 is not in 0 .. 4; logits have 5 classes");
  }

  @Test
  void shapesThatDoNotFitAreNamed() {
    Inputs in = Inputs.of(DType.F32, 3, 4, 5);
    assertThatThrownBy(() -> in.loss(Tensor.of(0, 1)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("F32[3, 4]")
        .hasMessageContaining("I32[2]");
    assertThatThrownBy(() -> in.loss(Tensor.of(0f, 1, 2))).isInstanceOf(ShapeException.class);
    var narrow = new Linear(Tensor.zeros(DType.F32, 5, 3), null);
    assertThatThrownBy(() -> new Inputs(in.hidden, narrow).loss(Tensor.of(0, 1, 2)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("F32[5, 3]");
  }
}
