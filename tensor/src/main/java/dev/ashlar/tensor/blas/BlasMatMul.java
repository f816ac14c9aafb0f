package dev.ashlar.tensor.blas;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * [..., M, K] @ [..., K, N] -> [..., M, N] by one call for each matrix of the batch, or one for all
 * where the right operand has no batch. A matrix that is neither row-major nor column-major is
 * copied first.
 */
final class BlasMatMul implements Kernel {
  private final Blas blas;

  BlasMatMul(Blas blas) {
    this.blas = blas;
  }

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand out = outputs.getFirst();
    if (out.size() == 0) return;
    Operand left = inputs.get(0);
    Operand right = inputs.get(1);
    if (left.shape().dim(-1) == 0) {
      out.elements().fill((byte) 0);
      return;
    }
    long rows = out.size() / out.shape().dim(-1);
    boolean oneProduct =
        right.shape().rank() == 2 && left.isContiguous() && rows <= Integer.MAX_VALUE;
    if (oneProduct) {
      Shape flat = Shape.of((int) rows, left.shape().dim(-1));
      multiply(left.with(left.layout().reshape(flat).orElseThrow()), right, out.elements());
    } else {
      multiplyBatch(left, right, out);
    }
  }

  private void multiplyBatch(Operand left, Operand right, Operand out) {
    Shape shape = out.shape();
    Shape batch = shape.slice(0, shape.rank() - 2);
    Layout a = left.layout().expand(batch.concat(matrix(left.shape())));
    Layout b = right.layout().expand(batch.concat(matrix(right.shape())));
    long bytes = (long) shape.dim(-2) * shape.dim(-1) * out.dtype().byteSize();
    MemorySegment products = out.elements();
    for (long i = 0; i < batch.size(); i++) {
      multiply(
          left.with(at(a, batch, i)),
          right.with(at(b, batch, i)),
          products.asSlice(i * bytes, bytes));
    }
  }

  private static Shape matrix(Shape shape) {
    return shape.slice(shape.rank() - 2, shape.rank());
  }

  /** Returns the layout of one matrix of a stack, counted in row-major order of the batch. */
  private static Layout at(Layout stack, Shape batch, long number) {
    Layout layout = stack;
    long rest = number;
    for (int axis = batch.rank() - 1; axis >= 0; axis--) {
      int index = (int) (rest % batch.dim(axis));
      rest /= batch.dim(axis);
      layout = layout.slice(axis, index, index + 1, 1);
    }
    // Only axes of size 1 go, which every layout allows.
    return layout.reshape(matrix(layout.shape())).orElseThrow();
  }

  private void multiply(Operand left, Operand right, MemorySegment product) {
    int m = left.shape().dim(0);
    int k = left.shape().dim(1);
    int n = right.shape().dim(1);
    try (Arena arena = Arena.ofConfined()) {
      Blas.Operand a = operand(left, arena);
      Blas.Operand b = operand(right, arena);
      if (left.dtype() == DType.F32) blas.floats(m, n, k, a, b, product);
      else blas.doubles(m, n, k, a, b, product);
    }
  }

  private static Blas.Operand operand(Operand x, Arena arena) {
    int rows = x.shape().dim(0);
    int columns = x.shape().dim(1);
    long rowStride = rows == 1 ? columns : x.layout().strideElements(0);
    long columnStride = columns == 1 ? 1 : x.layout().strideElements(1);
    MemorySegment from = x.data().asSlice(x.offsetBytes());
    if (columnStride == 1 && isLeading(rowStride, columns)) {
      return new Blas.Operand(from, false, (int) rowStride);
    }
    long stride = rows == 1 ? 1 : rowStride;
    long pitch = columns == 1 ? rows : columnStride;
    if (stride == 1 && isLeading(pitch, rows)) return new Blas.Operand(from, true, (int) pitch);
    return new Blas.Operand(copy(x, arena), false, columns);
  }

  private static boolean isLeading(long stride, int size) {
    return stride >= size && stride <= Integer.MAX_VALUE;
  }

  private static MemorySegment copy(Operand x, Arena arena) {
    int rows = x.shape().dim(0);
    int columns = x.shape().dim(1);
    long bytes = (long) rows * columns * x.dtype().byteSize();
    Operand to = new Operand(x.dtype(), Layout.contiguous(x.shape()), arena.allocate(bytes, 64));
    long at = 0;
    for (int i = 0; i < rows; i++) {
      long from = x.layout().offsetElements() + i * x.layout().strideElements(0);
      for (int j = 0; j < columns; j++) {
        to.setDouble(at++, x.getDouble(from + j * x.layout().strideElements(1)));
      }
    }
    return to.data();
  }
}
