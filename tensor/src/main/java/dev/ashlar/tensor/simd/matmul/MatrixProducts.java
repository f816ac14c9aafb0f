package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.DType.F32;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.spi.Operand;

/**
 * Products of F32 or F64 matrices, for kernels that need them of parts of their operands. All
 * threads take part; results are the same bits for any number of them.
 */
public final class MatrixProducts {
  private MatrixProducts() {}

  /**
   * Stores left [M,K] · right [K,N] in {@code out} [M,N].
   *
   * @param left of any strides, as {@code right}
   * @param out whose rows lie side by side
   */
  public static void multiply(Operand left, Operand right, Operand out) {
    int rows = out.shape().dim(0);
    int columns = out.shape().dim(1);
    int depth = left.shape().dim(1);
    multiply(out.dtype(), rows, columns, depth, matrix(left), matrix(right), matrix(out));
  }

  /** Adds left [M,K] · right [K,N] to {@code out} [M,N], whose rows lie side by side. */
  public static void add(Operand left, Operand right, Operand out) {
    int rows = out.shape().dim(0);
    int columns = out.shape().dim(1);
    int depth = left.shape().dim(1);
    gemm(out.dtype(), rows, columns, depth, matrix(left), matrix(right), matrix(out))
        .adding()
        .run();
  }

  static void multiply(
      DType dtype, int rows, int columns, int depth, Matrix left, Matrix right, Matrix out) {
    boolean few = dtype == F32 && FewRows.multiplied(rows, columns, depth, left, right, out);
    if (!few) gemm(dtype, rows, columns, depth, left, right, out).run();
  }

  private static Gemm<?, ?> gemm(
      DType dtype, int rows, int columns, int depth, Matrix left, Matrix right, Matrix out) {
    return dtype == F32
        ? new FloatGemm(rows, columns, depth, left, right, out)
        : new DoubleGemm(rows, columns, depth, left, right, out);
  }

  private static Matrix matrix(Operand x) {
    Layout layout = x.layout();
    return new Matrix(
        x.data(), layout.offsetElements(), layout.strideElements(0), layout.strideElements(1));
  }
}
