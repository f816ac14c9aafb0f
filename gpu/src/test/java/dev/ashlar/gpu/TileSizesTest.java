package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
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
    try (var compiled = Compiled.of(runner, function)) {
      Close.assertClose(compiled.call(inputs), function.apply(inputs), 1e-4);
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
}
