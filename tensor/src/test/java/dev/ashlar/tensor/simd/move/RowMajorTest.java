package dev.ashlar.tensor.simd.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class RowMajorTest {
  private static final int SIDE = 256;
  private static final long BYTES = SIDE * SIDE * 4L;

  /** What small tensors take. */
  private static final long FEW = 40_000;

  private static final List<UnaryOperator<Tensor>> KERNELS =
      List.of(
          Tensor::exp,
          x -> x.plus(x),
          x -> x.times(x.select(0, 3)),
          x -> x.greater(0).where(x, x.unaryMinus()),
          x -> x.greater(0).transpose().not(),
          x -> x.toType(DType.I32),
          x -> x.sum(0),
          x -> x.sum(1),
          x -> x.sum(),
          x -> x.max(1),
          x -> x.softmax(0),
          x -> x.logSoftmax(1),
          x -> x.cumSum(1),
          x -> x.argMax(0));

  @Test
  void whatIsTransposedGivesTheBitsOfACopy() {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      try (var _ = TensorScope.open()) {
        Tensor x = Tensor.normal(Key.of(1), dtype, 150, 130).transpose();
        for (UnaryOperator<Tensor> kernel : KERNELS) {
          double[] expected = kernel.apply(x.copy()).toDoubles();
          assertThat(kernel.apply(x).toDoubles()).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void aCopyIsGivenBackAtOnceAndMadeOnlyWhereThereIsMemory() {
    assertThat(peakOfExp(Long.MAX_VALUE)).isBetween(3 * BYTES, 3 * BYTES + FEW);
    assertThat(peakOfExp(2 * BYTES + FEW)).isBetween(2 * BYTES, 2 * BYTES + FEW);
    // Almost enough: what a copy takes beside its numbers is not there.
    assertThat(peakOfExp(3 * BYTES)).isBetween(2 * BYTES, 2 * BYTES + FEW);
  }

  private static long peakOfExp(long limit) {
    try (var memory = Memory.withLimit(limit);
        var _ = TensorScope.open(memory)) {
      Tensor x = Tensor.of(Shape.of(SIDE, SIDE), numbers());
      float[] y = x.transpose().exp().toFloats();
      assertThat(y[1]).isCloseTo((float) StrictMath.exp(SIDE * 1e-4), within(1e-6f));
      return memory.peakBytes();
    }
  }

  private static float[] numbers() {
    float[] numbers = new float[SIDE * SIDE];
    for (int i = 0; i < numbers.length; i++) numbers[i] = i * 1e-4f;
    return numbers;
  }
}
