package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.DType.F32;
import static dev.ashlar.tensor.DType.F64;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class MatMulKernelTest {
  private final int threads = Parallel.threads();

  @AfterEach
  void restoreThreads() {
    Parallel.threads(threads);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "1,1,7",
    "2,3,4",
    "3,31,5",
    "4,32,16",
    "5,33,17",
    "7,64,257",
    "8,65,256",
    "9,1,300",
    "13,97,1",
    "31,29,37",
    "1,200,64",
    "1,64,2100",
    "2,600,3",
    "64,32,64",
    "129,513,19",
    "67,45,2049",
    "40,1030,260",
    "1,4096,256",
    "1,129,4099",
    "4,1000,255",
    "7,333,770",
    "12,520,16",
    "13,512,16",
    "16,520,17",
    "17,520,17",
    "530,1,300",
    "530,3,270",
    "9,1024,15"
  })
  void multipliesEveryLayout(int rows, int columns, int depth) {
    for (DType dtype : List.of(F32, F64)) {
      Operand left = Operands.random(1, dtype, rows, depth);
      Operand right = Operands.random(2, dtype, depth, columns);
      check(left, right);
      check(Operands.transposed(Operands.random(3, dtype, depth, rows)), right);
      check(left, Operands.transposed(Operands.random(4, dtype, columns, depth)));
      check(Operands.strided(5, dtype, rows, depth), Operands.strided(6, dtype, depth, columns));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void multipliesBatchesAndBroadcastsThem(DType dtype) {
    Operand three = Operands.random(1, dtype, 3, 5, 7);
    check(three, Operands.random(2, dtype, 3, 7, 9));
    check(three, Operands.random(3, dtype, 7, 9));
    check(Operands.random(4, dtype, 5, 7), Operands.random(5, dtype, 2, 3, 7, 4));
    check(Operands.random(6, dtype, 2, 1, 5, 7), Operands.random(7, dtype, 3, 7, 4));
    check(Operands.random(8, dtype, 2, 3, 5, 7), Operands.random(9, dtype, 2, 1, 7, 4));
    check(Operands.strided(10, dtype, 2, 3, 5, 7), Operands.random(11, dtype, 7, 40));
    check(Operands.transposed(three), Operands.random(12, dtype, 5, 6));
    check(Operands.random(13, dtype, 6, 1, 7), Operands.random(14, dtype, 7, 33));
    check(Operands.random(15, dtype, 1, 4, 1, 7), Operands.random(16, dtype, 7, 33));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void sharesBatchesOfHeadsLaidOutByPermutation(DType dtype) {
    // [T,H,D] seen as [H,T,D].
    Operand heads = Operands.random(1, dtype, 33, 4, 16);
    Operand left = heads.with(heads.layout().permute(new int[] {1, 0, 2}));
    check(left, Operands.transposed(left));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void productsOverNothingAreZero(DType dtype) {
    check(Operands.random(1, dtype, 3, 0), Operands.random(2, dtype, 0, 5));
    check(Operands.random(1, dtype, 0, 3), Operands.random(2, dtype, 3, 5));
    check(Operands.random(1, dtype, 2, 3), Operands.random(2, dtype, 3, 0));
    check(Operands.random(1, dtype, 0, 2, 3), Operands.random(2, dtype, 3, 4));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void specialValuesReachTheirRowsAndColumnsOnly(DType dtype) {
    Operand left = Operands.random(1, dtype, 9, 20);
    Operand right = Operands.random(2, dtype, 20, 35);
    left.setDouble(4 * 20 + 3, Double.NaN);
    right.setDouble(7 * 35 + 34, Double.POSITIVE_INFINITY);
    double[] product = Operands.values(multiply(left, right));
    for (int row = 0; row < 9; row++) {
      for (int column = 0; column < 35; column++) {
        double value = product[row * 35 + column];
        if (row == 4) assertThat(value).isNaN();
        else if (column == 34) assertThat(value).isInfinite();
        else assertThat(value).isFinite();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void everyNumberOfThreadsGivesTheSameBits(DType dtype) {
    for (int[] size :
        new int[][] {
          {150, 700, 300},
          {90, 1100, 1300},
          {20, 130, 300},
          {5, 1500, 2500},
          {2048, 40, 64},
          {300, 40, 5000},
          {1, 5000, 300},
          {6, 300, 5000},
          {5000, 2, 300}
        }) {
      Operand left = Operands.random(1, dtype, size[0], size[2]);
      checkThreads(left, Operands.random(2, dtype, size[2], size[1]));
      checkThreads(left, Operands.transposed(Operands.random(3, dtype, size[1], size[2])));
    }
  }

  private static void checkThreads(Operand left, Operand right) {
    Parallel.threads(1);
    double[] alone = Operands.values(multiply(left, right));
    for (int count = 2; count <= 3; count++) {
      Parallel.threads(count);
      assertThat(Operands.values(multiply(left, right))).isEqualTo(alone);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void aRowIsTheSameHoweverManyRowsAreBesideIt(DType dtype) {
    for (boolean turned : new boolean[] {false, true}) {
      Operand left = Operands.random(1, dtype, 12, 700);
      Operand right = Operands.random(2, dtype, turned ? 90 : 700, turned ? 700 : 90);
      if (turned) right = Operands.transposed(right);
      double[] all = Operands.values(multiply(left, right));
      for (int row = 0; row < 12; row++) {
        Operand one = left.with(left.layout().slice(0, row, row + 1, 1));
        double[] expected = Arrays.copyOfRange(all, row * 90, (row + 1) * 90);
        assertThat(Operands.values(multiply(one, right))).isEqualTo(expected);
      }
    }
  }

  private static Operand multiply(Operand left, Operand right) {
    Shape a = left.shape();
    Shape b = right.shape();
    Shape batch = Shape.broadcast("matmul", a.slice(0, a.rank() - 2), b.slice(0, b.rank() - 2));
    Operand out = Operands.empty(left.dtype(), batch.concat(Shape.of(a.dim(-2), b.dim(-1))).dims());
    new MatMulKernel().run(List.of(left, right), List.of(out));
    return out;
  }

  private static void check(Operand left, Operand right) {
    Operand out = multiply(left, right);
    int depth = left.shape().dim(-1);
    int rows = out.shape().dim(-2);
    int columns = out.shape().dim(-1);
    Shape batch = out.shape().slice(0, out.shape().rank() - 2);
    double[] a =
        Operands.values(left.with(left.layout().expand(batch.concat(Shape.of(rows, depth)))));
    double[] b =
        Operands.values(right.with(right.layout().expand(batch.concat(Shape.of(depth, columns)))));
    double[] product = Operands.values(out);
    for (int i = 0; i < product.length; i++) {
      int matrix = i / (rows * columns);
      int row = i / columns % rows;
      double sum = 0;
      double size = 0;
      for (int k = 0; k < depth; k++) {
        double term =
            a[(matrix * rows + row) * depth + k] * b[(matrix * depth + k) * columns + i % columns];
        sum += term;
        size += Math.abs(term);
      }
      // Each of depth steps rounds to half a unit of a partial sum no greater than the sum of
      // absolute terms; in F64 those of the sum above do as well.
      double bound = (depth + 2) * (left.dtype() == F32 ? 0x1p-24 : 0x1p-52) * size;
      assertThat(Math.abs(product[i] - sum))
          .as("%s @ %s at %d", left, right, i)
          .isLessThanOrEqualTo(bound);
    }
  }
}
