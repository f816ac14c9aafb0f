package dev.ashlar.tensor.simd.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.reference.ReferenceKernels;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.simd.SimdKernels;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.KernelProvider;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class IndicesTest {
  private final int threads = Parallel.threads();

  @AfterEach
  void restoreThreads() {
    Parallel.threads(threads);
  }

  @Test
  void theFirstNumberOutsideIsNamedAsByThePlainKernel() {
    for (DType dtype : List.of(DType.I32, DType.I64)) {
      for (long outside : new long[] {-1, 300, dtype == DType.I64 ? 1L << 32 : 1 << 30}) {
        Operand matrix = index(dtype, outside, 300, 200);
        Operand turned = Operands.transposed(index(dtype, outside, 200, 300));
        Operand x = Operands.random(1, DType.F32, 300, 200);
        for (Operand index : List.of(matrix, turned)) {
          check(new Op.Gather(0), List.of(x, index), x);
          check(new Op.ScatterAdd(0), List.of(x, index, x), x);
        }
        Operand line = index(dtype, outside, 300);
        check(new Op.IndexSelect(0), List.of(x, line), x);
        check(new Op.IndexAdd(0), List.of(x, line, x), x);
      }
    }
  }

  private static Operand index(DType dtype, long outside, int... dims) {
    Operand index = Operands.empty(dtype, dims);
    for (long i = 0; i < index.size(); i++) {
      index.setLong(i, i > 20 && i % 9 == 0 ? outside + i % 2 * 5_000 : i % 300);
    }
    return index;
  }

  private static void check(Op op, List<Operand> inputs, Operand x) {
    Parallel.threads(1);
    Throwable expected = error(new ReferenceKernels(), op, inputs, x);
    assertThat(expected).isInstanceOf(IndexOutOfBoundsException.class);
    for (int threads : new int[] {1, 4}) {
      Parallel.threads(threads);
      assertThat(error(new SimdKernels(), op, inputs, x)).hasMessage(expected.getMessage());
    }
  }

  private static Throwable error(
      KernelProvider provider, Op op, List<Operand> inputs, Operand like) {
    Kernel kernel = provider.find(op, inputs.stream().map(Operand::spec).toList()).orElseThrow();
    Operand y = Operands.empty(like.dtype(), like.shape().dims());
    return catchThrowable(() -> kernel.run(inputs, List.of(y)));
  }
}
