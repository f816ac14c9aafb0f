package dev.ashlar.tensor.simd.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.reference.ReferenceKernels;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.KernelProvider;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Orders must be those of the plain kernel, bit by bit: of NaN, of zeros, and of near numbers. */
final class OrderKernelTest {
  private static final int ROWS = 6;
  private static final int COLUMNS = 301;

  private final SplittableRandom random = new SplittableRandom(7);

  @Test
  void floatsOfAnyBits() {
    Operand x = Operands.empty(DType.F32, ROWS, COLUMNS);
    int[] odd = {0, 1 << 31, 0x7FC0_0000, 0xFFC0_0001, 0x7F80_0001, 0x7F80_0000, 0xFF80_0000, 1};
    for (int i = 0; i < x.size(); i++) {
      int bits = i % 3 == 0 ? odd[random.nextInt(odd.length)] : random.nextInt();
      x.data().setAtIndex(ValueLayout.JAVA_INT, i, bits);
    }
    check(x);
  }

  @Test
  void doublesOfAnyBitsAndNearOnes() {
    Operand x = Operands.empty(DType.F64, ROWS, COLUMNS);
    long[] odd = {0, 1L << 63, 0x7FFL << 52, 0xFFFL << 52, 0x7FF8L << 48, -1, 1, 0x7FF1L << 48};
    for (int i = 0; i < x.size(); i++) {
      long near = Double.doubleToRawLongBits(i % 2 == 0 ? -1 : 1) + random.nextInt();
      long bits =
          i % 3 == 0 ? odd[random.nextInt(odd.length)] : i % 3 == 1 ? near : random.nextLong();
      x.data().setAtIndex(ValueLayout.JAVA_LONG, i, bits);
    }
    check(x);
  }

  @Test
  void integersNearAndFar() {
    Operand ints = Operands.empty(DType.I32, ROWS, COLUMNS);
    Operand longs = Operands.empty(DType.I64, ROWS, COLUMNS);
    for (int i = 0; i < ints.size(); i++) {
      int size = random.nextInt(64);
      ints.setLong(i, (int) random.nextLong() >> size % 32);
      longs.setLong(i, random.nextLong() >> size);
    }
    for (int row = 0; row < ROWS; row++) {
      ints.setLong(row * COLUMNS + 5, Integer.MIN_VALUE);
      ints.setLong(row * COLUMNS + 9, Integer.MAX_VALUE);
      longs.setLong(row * COLUMNS + 5, Long.MIN_VALUE);
      longs.setLong(row * COLUMNS + 9, Long.MAX_VALUE);
    }
    check(ints);
    check(longs);
  }

  private static void check(Operand x) {
    for (int axis = 0; axis < 2; axis++) {
      for (boolean turned : new boolean[] {false, true}) {
        check(
            new Op.Sort(axis, turned), new OrderKernel(axis, turned), x, axis, x.shape().dim(axis));
        for (int k : new int[] {1, 3, 6, 20, 150, 290}) {
          if (k > x.shape().dim(axis)) continue;
          check(new Op.TopK(axis, k, turned), new OrderKernel(axis, turned), x, axis, k);
        }
      }
    }
  }

  private static void check(Op op, Kernel kernel, Operand x, int axis, int k) {
    KernelProvider plain = new ReferenceKernels();
    List<byte[]> expected = run(plain.find(op, List.of(x.spec())).orElseThrow(), x, axis, k);
    List<byte[]> actual = run(kernel, x, axis, k);
    assertThat(actual.get(1)).as("places of %s", op).isEqualTo(expected.get(1));
    assertThat(actual.get(0)).as("values of %s", op).isEqualTo(expected.get(0));
  }

  private static List<byte[]> run(Kernel kernel, Operand x, int axis, int k) {
    int[] dims = x.shape().with(axis, k).dims();
    List<Operand> outputs = new ArrayList<>();
    outputs.add(Operands.empty(x.dtype(), dims));
    outputs.add(Operands.empty(DType.I64, dims));
    kernel.run(List.of(x), outputs);
    return outputs.stream().map(y -> y.elements().toArray(ValueLayout.JAVA_BYTE)).toList();
  }
}
