package dev.ashlar.tensor.simd.matmul;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;

/**
 * [..., M, K] @ [..., K, N] -> [..., M, N] in F32 or F64: a {@link Gemm} for each matrix of the
 * batch.
 */
public final class MatMulKernel implements Kernel {
  /**
   * Matrices of at least so many multiplications are shared among threads one by one, smaller ones
   * by the batch.
   */
  private static final long LARGE = 1 << 22;

  private static final long GRAIN = 1 << 19;

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand out = outputs.getFirst();
    if (out.size() > 0) new Batch(inputs.get(0), inputs.get(1), out).run();
  }

  /** The three operands as stacks of matrices. */
  private static final class Batch {
    private final Operand out;
    private final Stack left;
    private final Stack right;
    private int rows;
    private final int columns;
    private final int depth;
    private int axes;

    Batch(Operand left, Operand right, Operand out) {
      this.out = out;
      Shape shape = out.shape();
      axes = shape.rank() - 2;
      Shape batch = shape.slice(0, axes);
      rows = shape.dim(-2);
      columns = shape.dim(-1);
      depth = left.shape().dim(-1);
      this.left = new Stack(left, batch);
      this.right = new Stack(right, batch);
      foldIntoRows();
    }

    /**
     * Takes batch axes that the right operand does not have as further rows: [B,T,K] @ [K,N] is one
     * product.
     */
    private void foldIntoRows() {
      while (axes > 0) {
        int dim = out.shape().dim(axes - 1);
        boolean same = right.strides[axes - 1] == 0 || dim == 1;
        boolean evenly =
            dim == 1 || rows == 1 || left.strides[axes - 1] == left.matrix.rowStride() * rows;
        if (!same || !evenly || (long) rows * dim > Integer.MAX_VALUE - 64) return;
        if (rows == 1 && dim > 1) left.rowStride(left.strides[axes - 1]);
        rows *= dim;
        axes--;
      }
    }

    void run() {
      long matrices = 1;
      for (int axis = 0; axis < axes; axis++) matrices *= out.shape().dim(axis);
      long work = Math.max(1, (long) rows * columns * Math.max(1, depth));
      if (matrices == 1 || work >= LARGE) {
        for (long i = 0; i < matrices; i++) multiply(i);
      } else {
        Parallel.range(matrices, Math.max(1, GRAIN / work), this::multiplyAll);
      }
    }

    private void multiplyAll(long from, long to) {
      for (long i = from; i < to; i++) multiply(i);
    }

    private void multiply(long number) {
      long first = out.layout().offsetElements() + number * rows * columns;
      Matrix product = new Matrix(out.data(), first, columns, 1);
      Matrix a = left.at(number, axes);
      Matrix b = right.at(number, axes);
      MatrixProducts.multiply(out.dtype(), rows, columns, depth, a, b, product);
    }
  }

  /** A stack of matrices, broadcast to the batch. */
  private static final class Stack {
    private final Shape batch;
    private final long[] strides;
    private Matrix matrix;

    Stack(Operand operand, Shape batch) {
      Shape own = operand.shape();
      Layout layout = operand.layout().expand(batch.concat(own.slice(own.rank() - 2, own.rank())));
      this.batch = batch;
      this.strides = layout.strideElements();
      this.matrix =
          new Matrix(
              operand.data(),
              layout.offsetElements(),
              layout.strideElements(-2),
              layout.strideElements(-1));
    }

    void rowStride(long stride) {
      matrix = new Matrix(matrix.data(), matrix.offset(), stride, matrix.columnStride());
    }

    /**
     * Returns the matrix with this number, counted over the first {@code axes} axes of the batch in
     * row-major order.
     */
    Matrix at(long number, int axes) {
      long offset = matrix.offset();
      long rest = number;
      for (int axis = axes - 1; axis >= 0; axis--) {
        offset += rest % batch.dim(axis) * strides[axis];
        rest /= batch.dim(axis);
      }
      return new Matrix(matrix.data(), offset, matrix.rowStride(), matrix.columnStride());
    }
  }
}
