package dev.ashlar.tensor.simd.blocks;

import static dev.ashlar.tensor.DType.F32;
import static dev.ashlar.tensor.DType.F64;
import static dev.ashlar.tensor.DType.I64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.reference.ReferenceKernels;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.simd.reduce.ArgumentKernel;
import dev.ashlar.tensor.simd.reduce.CumSumKernel;
import dev.ashlar.tensor.simd.softmax.SoftmaxColumns;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AlongAxisTest {
  private static final double[] ODD = {
    Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.0, 1, -1
  };

  @Test
  void bandsCoverEveryColumnOnce() {
    for (Along along :
        List.of(
            new Along(3, 70, 700), new Along(1, 5, 4_100), new Along(2, 9_000, 65), wide(1_023))) {
      long next = 0;
      for (long band = 0; band < along.bands(); band++) {
        assertThat(along.firstColumn(band)).isEqualTo(next);
        long number = next / along.inner();
        assertThat(along.start(band))
            .isEqualTo(number * along.size() * along.inner() + next % along.inner());
        assertThat(along.columns(band)).isBetween(1, Along.MOST);
        next += along.columns(band);
      }
      assertThat(next).isEqualTo(along.outer() * along.inner());
    }
  }

  private static Along wide(int inner) {
    return new Along(2, 1, inner);
  }

  /** Every pair of odd numbers among equals, at the beginning of lines and behind whole vectors. */
  @Test
  void greatestAndLeastStandWhereThePlainKernelFindsThem() {
    for (DType dtype : List.of(F32, F64)) {
      Operand x = Operands.empty(dtype, 2 * ODD.length * ODD.length, 37);
      for (int i = 0; i < x.size(); i++) {
        int row = i / 37;
        int kind = row / 2;
        double first = ODD[kind % ODD.length];
        boolean other = i % 37 == (row % 2 == 0 ? 5 : 35) || i % 37 == 36;
        x.setDouble(i, other ? ODD[kind / ODD.length] : first);
      }
      for (int axis = 0; axis < 2; axis++) {
        check(new Op.ArgMax(axis, true), new ArgumentKernel(axis, false), x, axis);
        check(new Op.ArgMin(axis, true), new ArgumentKernel(axis, true), x, axis);
      }
    }
  }

  private static void check(Op op, Kernel kernel, Operand x, int axis) {
    assertThat(run(kernel, x, I64, x.shape().with(axis, 1)))
        .as("%s of %s", op, x.dtype())
        .isEqualTo(run(plain(op, x), x, I64, x.shape().with(axis, 1)));
  }

  @Test
  void runningSumsRoundAsThePlainOnesDo() {
    for (DType dtype : List.of(F32, F64)) {
      for (Operand x :
          List.of(
              Operands.random(1, dtype, 7, 2_100),
              Operands.strided(2, dtype, 41, 3),
              Operands.random(3, dtype, 50, 600))) {
        for (int axis = 0; axis < 2; axis++) {
          for (boolean reverse : new boolean[] {false, true}) {
            Op op = new Op.CumSum(axis, reverse);
            assertThat(run(new CumSumKernel(axis, reverse), x, dtype, x.shape()))
                .as("%s of %s", op, x.spec())
                .isEqualTo(run(plain(op, x), x, dtype, x.shape()));
          }
        }
      }
    }
  }

  @Test
  void softmaxOfManyRowsKeepsItsSums() {
    Operand x = Operands.random(4, F32, 70_000, 17);
    double[] y = run(new SoftmaxColumns(0, false), x, F32, x.shape());
    double[] sums = new double[17];
    for (int i = 0; i < y.length; i++) sums[i % 17] += y[i];
    for (double sum : sums) assertThat(sum).isCloseTo(1, within(1e-6));
  }

  private static Kernel plain(Op op, Operand x) {
    return new ReferenceKernels().find(op, List.of(x.spec())).orElseThrow();
  }

  private static double[] run(Kernel kernel, Operand x, DType dtype, Shape shape) {
    Operand y = Operands.empty(dtype, shape.dims());
    kernel.run(List.of(x), List.of(y));
    return Operands.values(y);
  }
}
