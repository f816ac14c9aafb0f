package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.KeyTensor;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.ProgramRunnerException;
import dev.ashlar.tensor.program.Runners;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels that are written for several steps answer what the CPU does. */
@ExtendWith(NoLeaks.class)
final class FusedKernelsTest {
  private static final float[] SPECIAL = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    0f,
    -0f,
    1f,
    -1f,
    2.5f,
    1e-30f,
    -1e30f,
    3e38f
  };

  private final TornadoRunner runner = Devices.get("tornado:0:0");

  private static Tensor numbers(long seed, int... dims) {
    return SampleData.numbers(DType.F32, seed, dims);
  }

  private <A> void assertSame(A inputs, Function<A, List<Tensor>> function, int tasks) {
    try (var device = Compiled.of(runner, function);
        var apart = Compiled.of(runner.withoutFusion(), function)) {
      List<Tensor> expected = function.apply(inputs);
      Close.assertClose(device.call(inputs), expected, 1e-5);
      Close.assertClose(apart.call(inputs), expected, 1e-5);
      assertThat(device.report(inputs).tasks()).isEqualTo(tasks);
      assertThat(apart.report(inputs).tasks()).isGreaterThan(tasks);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65})
  void anySizes(int size) {
    assertSame(numbers(1, size), x -> List.of(x.times(2).plus(1).tanh().minus(x)), 1);
  }

  @Test
  void broadcastAndTurnedInputsAreReadByTheirStrides() {
    var inputs = List.of(numbers(1, 3, 4, 5), numbers(2, 5), numbers(3, 3, 1, 1), numbers(4, 5, 4));
    assertSame(
        inputs,
        in ->
            List.of(
                in.get(0)
                    .plus(in.get(1))
                    .times(in.get(2))
                    .minus(in.get(3).transpose())
                    .plus(in.get(0).slice(2, 0, 1))),
        1);
  }

  @Test
  void severalResultsOfOtherShapes() {
    assertSame(
        numbers(1, 4, 6),
        x -> {
          Tensor y = x.exp();
          Tensor z = y.reshape(24).unaryMinus();
          return List.of(z.plus(1), y, y.transpose(), z.reshape(2, 12));
        },
        // The second is a copy of a view: each answer has memory of its own.
        2);
  }

  /** Pairs of special numbers, in conditions that TornadoVM turns round where it can. */
  @Test
  void comparisonsOfSpecialNumbers() {
    int n = SPECIAL.length;
    Tensor a = Tensor.of(SPECIAL).reshape(n, 1).expand(n, n).copy();
    Tensor b = Tensor.of(SPECIAL).reshape(1, n).expand(n, n).copy();
    assertSame(
        List.of(a, b),
        in -> {
          Tensor u = in.get(0);
          Tensor v = in.get(1);
          List<Tensor> results = new ArrayList<>();
          for (Tensor truth :
              List.of(
                  u.less(v),
                  u.lessOrEqual(v),
                  u.greater(v),
                  u.greaterOrEqual(v),
                  u.equalTo(v),
                  u.notEqualTo(v))) {
            results.add(truth.not().where(u, v.times(2)));
            results.add(truth.where(u.unaryMinus(), v));
          }
          results.add(u.less(v).and(u.greater(0)).or(v.lessOrEqual(1).not()).where(u, v));
          return List.of(results.stream().reduce(FusedKernelsTest::kept).orElseThrow());
        },
        4);
  }

  /** A product taken twice by a sum is where TornadoVM fails. */
  @Test
  void productsAreRoundedByThemselves() {
    assertSame(
        List.of(numbers(1, 9), numbers(2, 9)),
        in -> {
          Tensor product = in.get(0).times(in.get(1));
          Tensor turned = in.get(1).times(in.get(0));
          return List.of(
              product.plus(turned).plus(product.plus(product)),
              product.plus(in.get(0).unaryMinus().times(in.get(1))).abs().log());
        },
        1);
  }

  /** Mixes two results so that each bears on the sum, NaN and infinity apart. */
  private static Tensor kept(Tensor a, Tensor b) {
    Tensor bounded = b.maximum(Tensor.of(-3f)).minimum(Tensor.of(3f));
    return b.equalTo(b).where(a.times(0.75f).plus(bounded), a.plus(0.125f));
  }

  @Test
  void everyFunctionOfSpecialNumbers() {
    Tensor x = Tensor.of(SPECIAL);
    assertSame(
        x,
        v ->
            List.of(
                v.unaryMinus().abs(),
                v.exp().plus(1),
                v.abs().log(),
                v.abs().sqrt(),
                v.reciprocal().times(2),
                v.tanh().plus(1),
                v.sigmoid().plus(1),
                v.relu().plus(1),
                v.floor().minus(v),
                v.expm1().times(1),
                v.maximum(Tensor.of(1f)).minimum(Tensor.of(2f)),
                v.toType(DType.BOOL).not(),
                v.minimum(Tensor.of(2f)).toType(DType.F64).times(3).toType(DType.F32)),
        12);
  }

  @Test
  void otherElementTypes() {
    Tensor doubles = SampleData.numbers(DType.F64, 7, 9);
    Tensor ints = SampleData.indices(DType.I32, 8, 100, 9);
    Tensor longs = SampleData.indices(DType.I64, 9, 100, 9);
    assertSame(
        List.of(doubles, ints, longs),
        in ->
            List.of(
                in.get(0).times(2).sqrt().toType(DType.F32),
                in.get(1).plus(3).times(in.get(1)).toType(DType.I64).minus(in.get(2)),
                in.get(2).less(50).where(in.get(2), in.get(2).unaryMinus())),
        3);
  }

  @Test
  void randomNumbersAreThoseOfTheCpu() {
    assertSame(
        List.of(KeyTensor.of(Key.of(7)).bits(), numbers(1, 3, 70)),
        in -> {
          KeyTensor key = new KeyTensor(in.get(0)).fold(5);
          Tensor kept = Tensor.uniform(key, DType.F32, 3, 70).less(0.5f);
          return List.of(kept.where(in.get(1).times(2), Tensor.normal(key, DType.F32, 3, 70)));
        },
        // The key by itself: each number needs all of it.
        2);
  }

  /** As many parameters as the vector has that bears on each. */
  @Test
  void aVectorIsNotTakenElementByElement() {
    var op = new AdamWStep(0.9, 0.99, 0.1, 1e-8);
    Function<List<Tensor>, List<Tensor>> update =
        in -> {
          Tensor pace = in.get(4).times(2);
          return Interpreter.current()
              .interpret(op, List.of(in.get(0), in.get(1), in.get(2), in.get(3), pace));
        };
    List<Tensor> in =
        List.of(
            numbers(1, 3),
            numbers(2, 3),
            SampleData.positive(DType.F32, 3, 3),
            numbers(4, 3),
            Tensor.of(1e-2, 3e-3, 0.2));
    List<Tensor> expected = update.apply(in.stream().map(Tensor::copy).toList());
    try (var device = Compiled.of(runner, update)) {
      Close.assertClose(device.call(in), expected, 1e-5);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"I32", "I64"})
  void whatIntegersCannotBeDividedByIsTold(DType dtype) {
    Function<List<Tensor>, Tensor> function =
        in -> in.get(0).plus(1).div(in.get(1)).plus(in.get(0).rem(in.get(1))).times(2);
    long least = dtype == DType.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
    Tensor a = Tensor.of(7L, -7L, least - 1, least, 5L).toType(dtype);
    Tensor b = Tensor.of(2L, 2L, -1L, -1L, -3L).toType(dtype);
    try (var device = Compiled.of(runner, function)) {
      Close.assertClose(
          List.of(device.call(List.of(a, b))), List.of(function.apply(List.of(a, b))), 0);
      assertThatThrownBy(() -> device.call(List.of(a, b.plus(1))))
          .isInstanceOf(ArithmeticException.class)
          .hasMessage("div: an integer is divided by 0");
      assertThat(device.report(List.of(a, b)).tasks()).isEqualTo(1);
    }
  }

  /** Answers 0 for every chain of steps. */
  private static Optional<Rule> wrong(Step step) {
    if (!(step.op() instanceof Fused)) return CoreRules.of(step);
    return Optional.of(
        (tasks, _, out) -> {
          for (Place y : out) Elementwise.fill(tasks, new Op.Fill(y.spec(), 0), y);
        });
  }

  @Test
  void checkingHoldsTheKernelsOfChainsToTheCpu() {
    Function<Tensor, Tensor> function = x -> x.matmul(x).transpose().times(2).plus(x).exp().sum(0);
    Tensor x = numbers(1, 5, 5);
    try (var right = Compiled.of(Runners.checking(runner), function)) {
      Close.assertClose(List.of(right.call(x)), List.of(function.apply(x)), 1e-5);
    }
    try (var wrong =
        Compiled.of(Runners.checking(runner.withRules(FusedKernelsTest::wrong)), function)) {
      assertThatThrownBy(() -> wrong.call(x))
          .isInstanceOf(ProgramRunnerException.class)
          .hasMessageStartingWith("check: fused(times, plus, exp) on tornado:0:0 gives 0.0 where ")
          .hasMessageEndingWith("= fused(times, plus, exp)(%2, %0) : F32[5, 5]");
    }
  }

  /** A kernel's class is made once for each code. */
  @Test
  void equalChainsAreOneKernel() {
    try (var device =
        Compiled.of(
            runner,
            (Tensor x) -> x.exp().plus(1).matmul(x).exp().plus(1).matmul(x).tanh().plus(1))) {
      Tensor x = numbers(1, 8, 8);
      assertThat(device.report(x).tasks()).isEqualTo(5);
      assertThat(device.report(x).kernels()).isEqualTo(3);
    }
  }
}
