package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Few lines of more numbers than one work group is left with. */
@ExtendWith(NoLeaks.class)
final class LongLinesTest {
  private final TornadoRunner runner = Devices.get("tornado:0:0");

  private void agree(Tensor x, Function<Tensor, List<Tensor>> function, double relative) {
    try (var compiled = Compiled.of(runner, function)) {
      List<Tensor> first = compiled.call(x);
      Close.assertClose(first, function.apply(x), relative);
      Close.assertClose(compiled.call(x), first, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {65_536, 65_537, 81_920, 200_001})
  void sumsOfOneLine(int size) {
    Tensor x = SampleData.positive(DType.F32, 1, size);
    agree(x, in -> List.of(in.sum(), in.max(), in.min(), in.unaryMinus().max()), 1e-5);
  }

  @Test
  void linesInEitherOrder() {
    Tensor x = SampleData.positive(DType.F32, 2, 3, 70_000);
    agree(x, in -> List.of(in.sum(1), in.transpose().sum(0), in.slice(1, 1, 69_999).mean(1)), 1e-5);
    agree(x, in -> List.of(in.slice(1, 0, 69_998, 2).sum(0, 1)), 1e-5);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F64", "I32", "I64"})
  void otherElementTypes(DType dtype) {
    Tensor x = SampleData.positive(DType.F32, 3, 2, 70_000).times(1000).toType(dtype);
    agree(x, in -> List.of(in.sum(1), in.max(1), in.min(1)), dtype.isInteger() ? 0 : 1e-12);
  }

  @Test
  void numbersThatAreNone() {
    Tensor x = SampleData.numbers(DType.F32, 4, 70_000);
    for (float last : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      Tensor tail = Tensor.concat(0, x.slice(0, 0, 69_999), Tensor.of(last));
      agree(tail, in -> List.of(in.max(), in.min(), in.sum()), 1e-3);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F64"})
  void softmax(DType dtype) {
    Tensor x = SampleData.numbers(dtype, 5, 2, 70_000);
    agree(x, in -> List.of(in.softmax(1), in.logSoftmax(1), in.transpose().softmax(0)), 1e-5);
  }

  @Test
  void manyLinesHaveAGroupEach() {
    Tensor x = SampleData.positive(DType.F32, 6, 256, 65_537);
    try (var compiled = Compiled.of(runner, (Tensor in) -> in.sum(1))) {
      assertThat(compiled.report(x).tasks()).isEqualTo(1);
      assertThat(compiled.report(x.slice(0, 0, 255)).tasks()).isEqualTo(2);
    }
  }
}
