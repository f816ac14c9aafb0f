package dev.ashlar.tensor.simd.move;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Copies must keep every bit: floats' patterns that mean no number among them. */
final class MoveKernelsTest {
  @Test
  void aTransposedCopyKeepsTheBitsOfIntegers() {
    for (int[] dims : new int[][] {{16, 16}, {33, 70}, {100, 7}, {64, 96}, {1, 40}}) {
      checkTransposed(1, dims[0], dims[1]);
      checkTransposed(3, dims[0], dims[1]);
    }
  }

  @Test
  void aTransposedCopyOfMoreThanCachesHoldKeepsTheBitsOfIntegers() {
    int threads = Parallel.threads();
    Parallel.threads(1); // with more, more numbers are in caches
    try {
      checkTransposed(1, 700, 401);
      checkTransposed(1, 1040, 256);
      checkTransposed(1, 9, 30_011);
      checkTransposed(1, 30_011, 9);
      checkTransposed(2, 513, 300);
    } finally {
      Parallel.threads(threads);
    }
  }

  private static void checkTransposed(int planes, int rows, int columns) {
    try (var _ = TensorScope.open()) {
      int[] bits = bits(planes * rows * columns);
      int[] turned = new int[bits.length];
      for (int i = 0; i < bits.length; i++) {
        int row = i / columns % rows;
        int plane = i / columns / rows;
        turned[(plane * columns + i % columns) * rows + row] = bits[i];
      }
      Tensor matrices = Tensor.of(bits).reshape(planes, rows, columns);
      assertThat(matrices.transpose(1, 2).copy().toInts()).isEqualTo(turned);
    }
  }

  @Test
  void aTransposedCopyKeepsTheBitsOfElementsOfAnySize() {
    for (DType dtype : new DType[] {DType.F64, DType.I64, DType.BF16, DType.BOOL}) {
      for (int[] dims : new int[][] {{8, 8}, {33, 70}, {16, 300}, {1, 40}, {700, 401}}) {
        Operand x = Operands.empty(dtype, dims);
        fill(x.data());
        Operand turned = Operands.transposed(x);
        Operand y = Operands.empty(dtype, dims[1], dims[0]);
        MoveKernels.copy().run(List.of(turned), List.of(y));
        assertThat(bytes(y)).isEqualTo(bytes(turned));
      }
    }
  }

  /** Any bits, the patterns of signalling NaNs among them. */
  private static void fill(MemorySegment data) {
    byte[] bits = new byte[(int) data.byteSize()];
    new Random(6).nextBytes(bits);
    for (int i = 7; i < bits.length; i += 24) {
      bits[i] = 0x7F;
      bits[i - 1] = (byte) 0xF0;
    }
    MemorySegment.copy(bits, 0, data, ValueLayout.JAVA_BYTE, 0, bits.length);
  }

  /** Returns the elements' bytes in row-major order. */
  private static byte[] bytes(Operand x) {
    int size = x.dtype().byteSize();
    byte[] bytes = new byte[Math.toIntExact(x.size() * size)];
    for (int i = 0; i < x.size(); i++) {
      long at = Operands.position(x.layout(), i) * size;
      MemorySegment.copy(x.data(), ValueLayout.JAVA_BYTE, at, bytes, i * size, size);
    }
    return bytes;
  }

  @Test
  void fillsEveryElementOfAnySize() {
    for (DType dtype : DType.values()) {
      for (int size : new int[] {0, 1, 3, 4097, 100_000}) {
        Operand y = Operands.empty(dtype, size);
        MoveKernels.fill(1).run(List.of(), List.of(y));
        assertThat(Operands.values(y)).containsOnly(size == 0 ? new double[0] : new double[] {1});
      }
    }
  }

  @Test
  void aCopyOfHeadsBeforeTokensKeepsTheBitsOfIntegers() {
    for (int[] dims : new int[][] {{50, 3, 64}, {700, 2, 5}, {3, 4, 1}}) {
      try (var _ = TensorScope.open()) {
        int[] bits = bits(dims[0] * dims[1] * dims[2]);
        Tensor tokens = Tensor.of(bits).reshape(dims[0], dims[1], dims[2]);
        int[] heads = tokens.transpose(0, 1).copy().toInts();
        for (int i = 0; i < bits.length; i++) {
          int token = i / dims[2] / dims[1];
          int head = i / dims[2] % dims[1];
          int at = (head * dims[0] + token) * dims[2] + i % dims[2];
          assertThat(heads[at]).isEqualTo(bits[i]);
        }
      }
    }
  }

  /** Any bits, the patterns of signalling NaNs and subnormal floats among them. */
  private static int[] bits(int count) {
    int[] bits = new Random(5).ints(count).toArray();
    for (int i = 0; i + 1 < count; i += 7) {
      bits[i] = 0x7F800001 + i;
      bits[i + 1] = i;
    }
    return bits;
  }
}
