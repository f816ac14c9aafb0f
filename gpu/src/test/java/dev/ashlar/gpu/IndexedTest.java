package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.KeyTensor;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.program.Compiled;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations by indices, order and random numbers about the sizes of groups; and wrong indices. */
@ExtendWith(NoLeaks.class)
final class IndexedTest {
  private final TornadoRunner runner = Devices.get("tornado:0:0");

  private void agree(List<Tensor> inputs, Function<List<Tensor>, List<Tensor>> function) {
    try (var compiled = Compiled.of(runner, function)) {
      Close.assertClose(compiled.call(inputs), function.apply(inputs), 1e-5);
    }
  }

  private static Tensor numbers(long seed, int... dims) {
    return SampleData.numbers(DType.F32, seed, dims);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 130})
  void byIndicesOfManySizes(int n) {
    Tensor ids = SampleData.indices(DType.I32, 1, 9, n);
    Tensor places = SampleData.indices(DType.I64, 2, n, 3, 270);
    agree(
        List.of(
            numbers(3, 9, 5), ids, numbers(4, n, 5), numbers(5, 3, n), places, numbers(6, 3, 270)),
        in ->
            List.of(
                in.get(0).indexSelect(0, in.get(1)),
                in.get(0).indexAdd(0, in.get(1), in.get(2)),
                in.get(3).gather(1, in.get(4)),
                in.get(3).scatterAdd(1, in.get(4), in.get(5)),
                in.get(1).oneHot(9, DType.F32)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 255, 256, 257, 1030})
  void inOrder(int n) {
    // Whole numbers, so that some are equal.
    Tensor x = SampleData.indices(DType.F32, 1, 40, 3, n);
    agree(
        List.of(x),
        in -> {
          var sorted = in.getFirst().sort(1, true);
          var rising = in.getFirst().sort(0, false);
          var top = in.getFirst().topK(1, 1);
          return List.of(
              in.getFirst().argMax(1),
              in.getFirst().argMin(1),
              in.getFirst().argMax(0),
              in.getFirst().cumSum(1),
              sorted.values(),
              sorted.indices(),
              rising.values(),
              rising.indices(),
              top.values(),
              top.indices());
        });
  }

  /** Of the other element types; the index so long that its order takes a group several rounds. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F64", "I32", "I64"})
  void ofOtherTypes(DType dtype) {
    int n = 700;
    Tensor ids = SampleData.indices(DType.I32, 1, 9, n);
    Tensor places = SampleData.indices(DType.I64, 2, 80, 3, 70);
    Tensor x = SampleData.numbers(DType.F32, 3, 3, 80).times(40).toType(dtype);
    Tensor rows = SampleData.numbers(DType.F32, 4, n, 5).times(40).toType(dtype);
    agree(
        List.of(x, ids, rows, places),
        in -> {
          var sorted = in.get(2).sort(0, false);
          var top = in.get(2).topK(65, 0);
          return List.of(
              in.get(0)
                  .slice(1, 0, 5)
                  .copy()
                  .indexSelect(0, Tensor.of(0, 0, 1, 1, 2, 2, 0, 1, 2))
                  .indexAdd(0, in.get(1), in.get(2)),
              in.get(0).scatterAdd(1, in.get(3), in.get(0).slice(1, 0, 70)),
              sorted.values(),
              sorted.indices(),
              top.values(),
              top.indices());
        });
  }

  @Test
  void aNegativePowerOfAnIntegerIsAnError() {
    for (DType dtype : List.of(DType.I32, DType.I64)) {
      try (var compiled = Compiled.of(runner, (List<Tensor> in) -> in.get(0).pow(in.get(1)))) {
        Tensor base = Tensor.of(7, -7, 3).toType(dtype);
        assertThatThrownBy(() -> compiled.call(List.of(base, Tensor.of(2, 2, -1).toType(dtype))))
            .isInstanceOf(ArithmeticException.class)
            .hasMessageStartingWith("pow: an integer has a negative exponent");
        List<Tensor> good = List.of(base, Tensor.of(0, 3, 90).toType(dtype));
        Close.assertClose(List.of(compiled.call(good)), List.of(base.pow(good.get(1))), 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {63, 64, 65, 5_000})
  void randomNumbersAreThoseOfTheCpu(int n) {
    Key key = new Key(0xfedcba9876543210L, 0x7123456789abcdefL);
    agree(
        List.of(KeyTensor.of(key).bits()),
        in -> {
          Tensor bits = in.getFirst();
          Tensor folded = Interpreter.call(new Op.FoldKey(123_456_789_012L), bits);
          var spec = new TensorSpec(DType.F32, Shape.of(n));
          var wide = new TensorSpec(DType.F64, Shape.of(n));
          return List.of(
              Interpreter.call(new Op.Uniform(spec), bits),
              Interpreter.call(new Op.Uniform(spec), folded),
              Interpreter.call(new Op.Normal(spec), folded),
              Interpreter.call(new Op.Uniform(wide), bits),
              Interpreter.call(new Op.Normal(wide), folded));
        });
  }

  @Test
  void fillsWithNumbersThatAreNone() {
    double[] odd = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      agree(
          List.of(numbers(1, 3).toType(dtype)),
          in ->
              List.of(
                  Tensor.full(dtype, odd[0], 3),
                  Tensor.full(dtype, odd[1], 3),
                  Tensor.full(dtype, odd[2], 3),
                  in.getFirst().less(odd[1]),
                  in.getFirst().greater(odd[2])));
    }
  }

  @Test
  void aWrongIndexIsNamedAndTheProgramGoesOn() {
    Tensor table = numbers(1, 7, 3);
    Function<List<Tensor>, Tensor> select = in -> in.get(0).indexSelect(0, in.get(1));
    for (DType dtype : List.of(DType.I32, DType.I64)) {
      try (var compiled = Compiled.of(runner, select)) {
        for (int bad : new int[] {7, -1, Integer.MAX_VALUE}) {
          Tensor index = Tensor.of(6, 0, bad, 100).toType(dtype);
          assertThatThrownBy(() -> compiled.call(List.of(table, index)))
              .isInstanceOf(IndexOutOfBoundsException.class)
              .hasMessage("indexSelect: index %d is outside axis 0 of size 7".formatted(bad));
        }
        List<Tensor> good = List.of(table, Tensor.of(6, 0, 3, 3).toType(dtype));
        Close.assertClose(List.of(compiled.call(good)), List.of(select.apply(good)), 0);
      }
    }
  }

  @Test
  void anIntegerDividedByZeroIsAnError() {
    for (DType dtype : List.of(DType.I32, DType.I64)) {
      try (var compiled = Compiled.of(runner, (List<Tensor> in) -> in.get(0).div(in.get(1)))) {
        Tensor dividend = Tensor.of(7, -7, 1).toType(dtype);
        assertThatThrownBy(() -> compiled.call(List.of(dividend, Tensor.of(2, 2, 0).toType(dtype))))
            .isInstanceOf(ArithmeticException.class)
            .hasMessage("div: an integer is divided by 0");
        List<Tensor> good = List.of(dividend, Tensor.of(2, 2, -3).toType(dtype));
        Assertions.assertThat(compiled.call(good).toDoubles()).containsExactly(3, -3, 0);
      }
    }
  }
}
