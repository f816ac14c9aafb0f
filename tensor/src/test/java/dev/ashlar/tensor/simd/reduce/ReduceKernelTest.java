package dev.ashlar.tensor.simd.reduce;

import static dev.ashlar.tensor.DType.F32;
import static dev.ashlar.tensor.DType.F64;
import static dev.ashlar.tensor.DType.I32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ReduceKernelTest {
  private final int threads = Parallel.threads();

  @AfterEach
  void restoreThreads() {
    Parallel.threads(threads);
  }

  @Test
  void tenMillionNumbersAddUp() {
    Operand x = Operands.empty(F32, 10_000_000);
    for (int i = 0; i < x.size(); i++) x.setDouble(i, 0.1 + i % 7);
    double exact = 0;
    for (int i = 0; i < x.size(); i++) exact += x.getDouble(i);
    assertThat(reduce(new Op.Sum(List.of(0), false), x)[0]).isCloseTo(exact, within(1e-7 * exact));
  }

  @Test
  void longAxesAreFoldedInPiecesWhereverTheyStand() {
    check(List.of(1), 2, 70_001, 1);
    check(List.of(0), 70_001, 1, 3);
    check(List.of(1), 3, 20_003, 5);
    check(List.of(0, 2), 300, 3, 400);
    check(List.of(0), 40, 2_100);
    check(List.of(), 4, 5);
  }

  /** Two lines that fold into one number, each longer than what is folded at once. */
  @Test
  void partsOfALineEndWithIt() {
    check(List.of(0, 2), 2, 5, 1_100);
    check(List.of(0, 2), 2, 3, 32_000);
    check(List.of(0, 2), 3, 2, 1_535);
  }

  /** Also of NaN whose sign is set, as processors make it of 0 / 0. */
  @Test
  void greatestAndLeastHaveTheOrderOfMath() {
    float negativeNaN = Float.intBitsToFloat(0xFFC00000);
    float[] odd = {
      Float.NaN,
      negativeNaN,
      Float.NEGATIVE_INFINITY,
      -1,
      -Float.MIN_VALUE,
      -0f,
      0,
      2,
      Float.POSITIVE_INFINITY
    };
    int width = 37; // whole vectors, and numbers behind them
    int rows = odd.length * odd.length * odd.length;
    Operand x = Operands.empty(F32, rows, width);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width; i++) put(x, row * width + i, odd[row % odd.length]);
      put(x, row * width + row % width, odd[row / odd.length % odd.length]);
      put(x, row * width + row * 5 % width, odd[row / odd.length / odd.length]);
    }
    Operand wide = Operands.empty(F64, rows, width);
    for (int i = 0; i < x.size(); i++) wide.setDouble(i, x.getDouble(i));
    for (int axis = 0; axis < 2; axis++) {
      List<Integer> axes = List.of(axis);
      for (Op.Reduction op :
          List.<Op.Reduction>of(new Op.Max(axes, true), new Op.Min(axes, true))) {
        assertThat(reduce(op, x)).isEqualTo(fold(op, x));
        assertThat(reduce(op, wide)).isEqualTo(fold(op, wide));
      }
    }
  }

  private static void put(Operand x, int index, float value) {
    x.data().setAtIndex(ValueLayout.JAVA_FLOAT, x.layout().offsetElements() + index, value);
  }

  @Test
  void sumsOfWholeNumbersKeepTheirLowBits() {
    for (int axis = 0; axis < 2; axis++) {
      Operand x = Operands.empty(I32, 70, 2_100);
      for (int i = 0; i < x.size(); i++) x.setLong(i, i % 3 == 0 ? 7 : Integer.MAX_VALUE - i);
      double[] sums = reduce(new Op.Sum(List.of(axis), true), x);
      int[] expected = new int[sums.length];
      for (int i = 0; i < x.size(); i++) {
        expected[axis == 0 ? i % 2_100 : i / 2_100] += (int) x.getLong(i);
      }
      for (int i = 0; i < sums.length; i++) assertThat(sums[i]).isEqualTo(expected[i]);
    }
  }

  private void check(List<Integer> axes, int... dims) {
    check(axes, Operands.random(1, F32, dims));
    check(axes, Operands.random(1, F64, dims));
    check(axes, Operands.strided(1, F64, dims));
  }

  private void check(List<Integer> axes, Operand x) {
    for (Op.Reduction op :
        List.<Op.Reduction>of(
            new Op.Sum(axes, true), new Op.Max(axes, true), new Op.Min(axes, true))) {
      Parallel.threads(1);
      double[] alone = reduce(op, x);
      double[] expected = fold(op, x);
      for (int i = 0; i < expected.length; i++) {
        assertThat(alone[i]).as("%s of %s", op, x.shape()).isCloseTo(expected[i], within(1e-4));
      }
      Parallel.threads(3);
      assertThat(reduce(op, x)).isEqualTo(alone);
    }
  }

  private static int[] kept(Op.Reduction op, Operand x) {
    int[] dims = x.shape().dims();
    for (int axis : op.axes()) dims[axis] = 1;
    return dims;
  }

  private static double[] reduce(Op.Reduction op, Operand x) {
    Operand out = Operands.empty(x.dtype(), kept(op, x));
    new ReduceKernel(op).run(List.of(x), List.of(out));
    return Operands.values(out);
  }

  private static double[] fold(Op.Reduction op, Operand x) {
    Operand out = Operands.empty(x.dtype(), kept(op, x));
    double[] results = new double[(int) out.size()];
    Arrays.fill(results, Folds.of(op).nothing);
    int[] dims = x.shape().dims();
    for (int i = 0; i < x.size(); i++) {
      int rest = i;
      long to = 0;
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        if (!op.axes().contains(axis)) to += rest % dims[axis] * out.layout().strideElements(axis);
        rest /= dims[axis];
      }
      double value = x.getDouble(Operands.position(x.layout(), i));
      double before = results[(int) to];
      results[(int) to] =
          switch (op) {
            case Op.Sum _ -> before + value;
            case Op.Max _ -> Math.max(before, value);
            case Op.Min _ -> Math.min(before, value);
          };
    }
    return results;
  }
}
