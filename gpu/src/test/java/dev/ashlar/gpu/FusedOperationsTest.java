package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.autodiff.nn.LayerNormOp;
import dev.ashlar.autodiff.nn.Linear;
import dev.ashlar.autodiff.nn.LinearCrossEntropyOp;
import dev.ashlar.autodiff.nn.Losses;
import dev.ashlar.autodiff.nn.RmsNormOp;
import dev.ashlar.autodiff.nn.SwiGluOp;
import dev.ashlar.autodiff.optim.AccumulateStep;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.autodiff.optim.MomentumStep;
import dev.ashlar.autodiff.optim.SumOfSquares;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.Rope;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fused operations against their plain kernels, about the sizes of groups and in any layout. */
@ExtendWith(NoLeaks.class)
final class FusedOperationsTest {
  private final TornadoRunner runner = Devices.get("tornado:0:0");

  private void agree(Op op, Tensor... inputs) {
    agree(op, 1e-5, inputs);
  }

  private void agree(Op op, double relative, Tensor... inputs) {
    List<Tensor> in = List.of(inputs);
    try (var compiled =
        Compiled.of(runner, (List<Tensor> x) -> Interpreter.current().interpret(op, x))) {
      List<Tensor> actual = compiled.call(in.stream().map(Tensor::copy).toList());
      Close.assertClose(actual, Interpreter.current().interpret(op, in), relative);
    }
  }

  /** The same for views, which are made inside the program. */
  private void agreeOnViews(Op op, Tensor... inputs) {
    List<Tensor> in = Stream.of(inputs).map(x -> x.transpose().copy()).toList();
    try (var compiled =
        Compiled.of(runner, (List<Tensor> x) -> Interpreter.current().interpret(op, turned(x)))) {
      Close.assertClose(compiled.call(in), Interpreter.current().interpret(op, turned(in)), 1e-5);
    }
  }

  private static List<Tensor> turned(List<Tensor> in) {
    return in.stream().map(Tensor::transpose).toList();
  }

  private static Tensor numbers(long seed, int... dims) {
    return SampleData.numbers(DType.F32, seed, dims);
  }

  private static Tensor targets(long seed, int classes, int... dims) {
    return SampleData.indices(DType.I32, seed, classes, dims);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 128, 129})
  void normsOfRows(int width) {
    var op = new RmsNormOp(1e-5);
    Tensor x = numbers(1, 3, 5, width);
    Tensor weight = numbers(2, width);
    agree(op, x, weight);
    Tensor scale = SampleData.positive(DType.F32, 3, 3, 5);
    Tensor dY = numbers(4, 3, 5, width);
    agree(new RmsNormOp.Backward(op), x, weight, scale, dY, numbers(5, 3, 5));
    agree(new RmsNormOp.Backward(op), x, weight, scale, dY, numbers(5, 1).expand(3, 5));
  }

  @ParameterizedTest
  @ValueSource(ints = {63, 64, 65, 127, 129})
  void normsOfManyRows(int rows) {
    var op = new RmsNormOp(1e-5);
    Tensor x = numbers(1, rows, 7);
    Tensor scale = SampleData.positive(DType.F32, 3, rows);
    agree(op, x, numbers(2, 7));
    agree(
        new RmsNormOp.Backward(op), x, numbers(2, 7), scale, numbers(4, rows, 7), numbers(5, rows));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 128, 129})
  void layerNormsOfRows(int width) {
    var op = new LayerNormOp(1e-5);
    Tensor weight = numbers(2, width);
    for (int mean : new int[] {0, 1_000}) {
      Tensor x = numbers(1, 3, 5, width).plus(mean);
      agree(op, x, weight, numbers(6, width));
      Tensor means = numbers(7, 3, 5).plus(mean);
      Tensor scale = SampleData.positive(DType.F32, 3, 3, 5);
      Tensor dY = numbers(4, 3, 5, width);
      Tensor one = numbers(5, 1).expand(3, 5);
      var back = new LayerNormOp.Backward(op);
      agree(back, x, weight, means, scale, dY, numbers(5, 3, 5), numbers(8, 3, 5));
      agree(back, x, weight, means, scale, dY, one, numbers(8, 3, 5));
      agree(back, x, weight, means, scale, dY, numbers(8, 3, 5), one);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {63, 64, 65, 127, 129})
  void layerNormsOfManyRows(int rows) {
    var op = new LayerNormOp(1e-5);
    Tensor x = numbers(1, rows, 7);
    Tensor weight = numbers(2, 7);
    Tensor column = numbers(3, rows);
    Tensor scale = SampleData.positive(DType.F32, 4, rows);
    agree(op, x, weight, numbers(5, 7));
    agree(
        new LayerNormOp.Backward(op),
        x,
        weight,
        column,
        scale,
        numbers(6, rows, 7),
        column,
        column);
  }

  @Test
  void layerNormsOfNumbersThatAreNone() {
    Tensor x = numbers(1, 6, 9);
    float infinite = Float.POSITIVE_INFINITY;
    Tensor add = Tensor.of(0, Float.NaN, infinite, -infinite, 0, 0).reshape(6, 1);
    Tensor first = Tensor.arange(DType.I32, 9).equalTo(0);
    Tensor weight = numbers(2, 9);
    agree(new LayerNormOp(1e-5), first.where(x.plus(add), x), weight, weight);
    agree(new LayerNormOp(1e-5), first.where(x, x.plus(add)), weight, weight);
    agree(
        new LayerNormOp(1e-5), Tensor.full(DType.F32, 0.1f, 3, 65), numbers(3, 65), numbers(4, 65));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65})
  void swiGlu(int width) {
    agree(new SwiGluOp(), numbers(1, 3, width), numbers(2, 3, width));
    agree(
        new SwiGluOp.Backward(), numbers(1, 3, width), numbers(2, 3, width), numbers(3, 3, width));
    agreeOnViews(new SwiGluOp(), numbers(1, 3, width), numbers(2, 3, width));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 300})
  void crossEntropy(int classes) {
    for (OptionalLong ignored : List.of(OptionalLong.empty(), OptionalLong.of(0))) {
      var op = new CrossEntropyOp(ignored);
      Tensor logits = numbers(1, 3, 5, classes).times(10);
      Tensor targets = targets(2, classes, 3, 5);
      agree(op, logits, targets);
      agree(op, logits, targets.toType(DType.I64));
      List<Tensor> forward = Interpreter.callAll(op, logits, targets);
      Tensor logSumExp = forward.get(1);
      Tensor total = forward.get(2);
      Tensor dLoss = numbers(4, 3, 5);
      var back = new CrossEntropyOp.Backward(op);
      agree(back, logits, targets, logSumExp, total, dLoss, numbers(5, 3, 5));
      agree(back, logits, targets, logSumExp, total, dLoss, dLoss.zerosLike());
    }
  }

  @Test
  void crossEntropyOfNumbersThatAreNone() {
    var op = new CrossEntropyOp(OptionalLong.of(-100));
    Tensor odd = numbers(1, 6, 9);
    float nan = Float.NaN;
    float infinite = Float.POSITIVE_INFINITY;
    Tensor add = Tensor.of(0, nan, infinite, -infinite, 0, nan).reshape(6, 1);
    Tensor logits = odd.plus(add);
    Tensor targets = Tensor.of(0, 1, 2, 3, -100, -100);
    agree(op, logits, targets);
    Tensor zero = Tensor.zeros(DType.F32, 6);
    List<Tensor> forward = Interpreter.callAll(op, logits, targets);
    var back = new CrossEntropyOp.Backward(op);
    agree(back, logits, targets, forward.get(1), forward.get(2), zero.plus(1), zero);
  }

  @Test
  void aTargetThatIsNoClassIsNamed() {
    var op = new CrossEntropyOp(OptionalLong.empty());
    try (var compiled =
        Compiled.of(runner, (List<Tensor> x) -> Interpreter.current().interpret(op, x))) {
      List<Tensor> good = List.of(numbers(1, 4, 3), Tensor.of(0, 2, 1, 0));
      for (int bad : new int[] {3, -1}) {
        assertThatThrownBy(() -> compiled.call(List.of(good.get(0), Tensor.of(0, 2, bad, bad))))
            .isInstanceOf(IndexOutOfBoundsException.class)
            .hasMessage(
                "crossEntropy: target %d at position 2 is not in 0 .. 2; logits have 3 classes"
                    .formatted(bad));
      }
      Close.assertClose(compiled.call(good), Interpreter.current().interpret(op, good), 1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 65, 300})
  void linearCrossEntropy(int classes) {
    for (OptionalLong ignored : List.of(OptionalLong.empty(), OptionalLong.of(0))) {
      var op = new LinearCrossEntropyOp(ignored);
      Tensor hidden = numbers(1, 17, 9);
      Tensor weight = numbers(2, classes, 9);
      Tensor targets = targets(3, classes, 17);
      agree(op, hidden, weight, targets);
      agree(op.ahead(List.of(true, true, false)), hidden, weight, targets);
      Tensor bias = numbers(4, classes);
      agree(op.ahead(List.of(true, false, false, true)), hidden, weight, targets, bias);
    }
  }

  @Test
  void aTargetOfALinearLayerThatIsNoClassIsNamed() {
    Tensor weight = numbers(2, 3, 9);
    try (var compiled =
        Compiled.of(
            runner,
            (List<Tensor> x) ->
                Losses.linearCrossEntropy(x.get(0), new Linear(weight, null), x.get(1)))) {
      assertThatThrownBy(() -> compiled.call(List.of(numbers(1, 4, 9), Tensor.of(0, 2, 3, 1))))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage(
              "crossEntropy: target 3 at position 2 is not in 0 .. 2; logits have 3 classes");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 32, 34})
  void rope(int headDim) {
    Packing packing = Packing.of(5, 0, 9, 1);
    Tensor x = numbers(1, 15, 3, headDim);
    for (boolean inverse : new boolean[] {false, true}) {
      agree(new Rope(packing, 0, 10_000, inverse), x);
    }
    agree(new Rope(Packing.of(15), 1_000, 500, false), x);
    var op = new Rope(packing, 0, 10_000, false);
    List<Tensor> in = List.of(numbers(1, 3, headDim, 15));
    try (var compiled =
        Compiled.of(
            runner, (List<Tensor> t) -> Interpreter.call(op, t.getFirst().permute(2, 0, 1)))) {
      Tensor expected = Interpreter.call(op, in.getFirst().permute(2, 0, 1));
      Close.assertClose(List.of(compiled.call(in)), List.of(expected), 1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65})
  void updatesInPlace(int n) {
    Tensor p = numbers(1, n, 2);
    Tensor m = numbers(2, n, 2);
    Tensor v = SampleData.positive(DType.F32, 3, n, 2);
    Tensor g = numbers(4, n, 2);
    Tensor pace = Tensor.of(1e-2, 3e-3, 0.2);
    agree(new AdamWStep(0.9, 0.999, 0.1, 1e-8), p.copy(), m.copy(), v.copy(), g, pace);
    agree(new AdamWStep(0.9, 0.95, 0, 1e-8), p.copy(), m.copy(), v.copy(), g, pace);
    for (boolean nesterov : new boolean[] {false, true}) {
      agree(new MomentumStep(0.1, 0.9, nesterov), p.copy(), m.copy(), g);
    }
    agree(new AccumulateStep(0.25), p.copy(), g);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 65, 16_383, 16_384, 16_385, 50_000})
  void sumsOfSquares(int n) {
    agree(new SumOfSquares(), 1e-12, numbers(1, n));
  }
}
