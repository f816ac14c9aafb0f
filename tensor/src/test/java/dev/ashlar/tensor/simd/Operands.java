package dev.ashlar.tensor.simd;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.Arena;

/** Operands for kernel tests, in memory that the garbage collector frees. */
public final class Operands {
  private Operands() {}

  /** Returns a row-major operand whose elements are NaN (or -1): what a kernel must overwrite. */
  public static Operand empty(DType dtype, int... dims) {
    Shape shape = Shape.of(dims);
    var data = Arena.ofAuto().allocate(Math.max(1, shape.size() * dtype.byteSize()), 64);
    data.fill((byte) 0xFF);
    return new Operand(dtype, Layout.contiguous(shape), data);
  }

  /** Returns a row-major operand with numbers in [-1, 1). */
  public static Operand random(long seed, DType dtype, int... dims) {
    Operand operand = empty(dtype, dims);
    Key key = Key.of(seed);
    for (long i = 0; i < operand.size(); i++) operand.setDouble(i, 2 * key.uniform(i) - 1);
    return operand;
  }

  /**
   * Returns numbers in [-1, 1) with every axis strided: each second element of a larger tensor,
   * from the second on.
   */
  public static Operand strided(long seed, DType dtype, int... dims) {
    int[] larger = new int[dims.length];
    for (int i = 0; i < dims.length; i++) larger[i] = 2 * dims[i] + 1;
    Operand operand = random(seed, dtype, larger);
    Layout layout = operand.layout();
    for (int i = 0; i < dims.length; i++) layout = layout.slice(i, 1, larger[i], 2);
    return operand.with(layout);
  }

  /** Returns the operand with its last two axes swapped. */
  public static Operand transposed(Operand operand) {
    int rank = operand.shape().rank();
    int[] axes = new int[rank];
    for (int i = 0; i < rank; i++) axes[i] = i;
    axes[rank - 1] = rank - 2;
    axes[rank - 2] = rank - 1;
    return operand.with(operand.layout().permute(axes));
  }

  /** Returns the elements in row-major order. */
  public static double[] values(Operand operand) {
    double[] values = new double[Math.toIntExact(operand.size())];
    for (int i = 0; i < values.length; i++)
      values[i] = operand.getDouble(position(operand.layout(), i));
    return values;
  }

  /** Returns the place of element {@code number} in row-major order. */
  public static long position(Layout layout, long number) {
    long at = layout.offsetElements();
    long rest = number;
    for (int axis = layout.rank() - 1; axis >= 0; axis--) {
      int dim = layout.shape().dim(axis);
      at += rest % dim * layout.strideElements(axis);
      rest /= dim;
    }
    return at;
  }
}
