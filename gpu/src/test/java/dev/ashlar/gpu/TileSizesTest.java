package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels just below, at and just above the sizes of their tiles and groups. */
@ExtendWith(NoLeaks.class)
final class TileSizesTest {
  private final TornadoRunner runner = Devices.get("tornado:0:0");

  private void agree(List<Tensor> inputs, Function<List<Tensor>, List<Tensor>> function) {
    agree(inputs, function, 1e-4);
  }

  private void agree(
      List<Tensor> inputs, Function<List<Tensor>, List<Tensor>> function, double tolerance) {
    try (var compiled = Compiled.of(runner, function)) {
      Close.assertClose(compiled.call(inputs), function.apply(inputs), tolerance);
    }
  }

  private static Tensor numbers(long seed, int... dims) {
    return SampleData.numbers(DType.F32, seed, dims);
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 31, 32, 33})
  void matmulAtTheSideOfATile(int n) {
    Tensor a = numbers(1, n, n + 1);
    Tensor b = numbers(2, n + 1, n + 2);
    Tensor batch = numbers(3, 2, n + 2, n);
    agree(
        List.of(a, b, batch),
        in -> {
          Tensor product = in.get(0).matmul(in.get(1));
          Tensor ofTransposed = in.get(1).permute(1, 0).matmul(in.get(0).permute(1, 0));
          return List.of(product, ofTransposed, product.matmul(in.get(2)));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {63, 64, 65, 127, 128, 129})
  void linesAndElementsAtTheSizeOfAGroup(int n) {
    agree(
        List.of(numbers(4, 3, n), numbers(5, n)),
        in -> {
          Tensor x = in.get(0);
          return List.of(
              x.sum(1),
              x.sum(0),
              x.sum(),
              x.max(1),
              x.min(1),
              x.softmax(1),
              x.logSoftmax(1),
              x.softmax(0),
              x.plus(in.get(1)).tanh(),
              x.permute(1, 0).copy());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 33})
  void matmulOfDoublesAtTheSideOfATile(int n) {
    Tensor a = numbers(1, n, n + 1).toType(DType.F64);
    Tensor b = numbers(2, n + 1, n + 2).toType(DType.F64);
    agree(List.of(a, b), in -> List.of(in.get(0).matmul(in.get(1))), 1e-13);
  }

  @ParameterizedTest
  @ValueSource(ints = {63, 64, 65, 129})
  void linesOfOtherTypesAtTheSizeOfAGroup(int n) {
    agree(
        List.of(numbers(6, 3, n).toType(DType.F64)),
        in -> {
          Tensor x = in.getFirst();
          List<Tensor> results = new ArrayList<>(ofAnyType(x));
          results.addAll(List.of(x.softmax(1), x.logSoftmax(1)));
          return results;
        },
        1e-13);
    for (DType dtype : List.of(DType.I32, DType.I64)) {
      Tensor x = SampleData.indices(dtype, 7, 1_000_000_007, 3, n);
      // Products and sums run over: every bit counts.
      agree(List.of(x), in -> ofAnyType(in.getFirst().times(in.getFirst())), 0);
    }
  }

  private static List<Tensor> ofAnyType(Tensor x) {
    return List.of(
        x.sum(1),
        x.max(1),
        x.min(1),
        x.argMax(1),
        x.argMin(1),
        x.cumSum(1),
        x.sort(1, true).values());
  }
}
