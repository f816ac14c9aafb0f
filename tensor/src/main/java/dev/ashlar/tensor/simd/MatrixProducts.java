package dev.ashlar.tensor.simd;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.spi.Operand;

/**
 * Products of F32 matrices, for kernels that need them of parts of their operands. All threads take
 * part; results are the same bits for any number of them.
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
    multiply(rows, columns, depth, matrix(left), matrix(right), matrix(out));
  }

  /** Adds left [M,K] · right [K,N] to {@code out} [M,N], whose rows lie side by side. */
  public static void add(Operand left, Operand right, Operand out) {
    int rows = out.shape().dim(0);
    int columns = out.shape().dim(1);
    int depth = left.shape().dim(1);
    new Gemm(rows, columns, depth, matrix(left), matrix(right), matrix(out)).adding().run();
  }

  static void multiply(int rows, int columns, int depth, Matrix left, Matrix right, Matrix out) {
    if (FewRows.multiplied(rows, columns, depth, left, right, out)) return;
    new Gemm(rows, columns, depth, left, right, out).run();
  }

  private static Matrix matrix(Operand x) {
    Layout layout = x.layout();
    return new Matrix(
        x.data(), layout.offsetElements(), layout.strideElements(0), layout.strideElements(1));
  }
}
