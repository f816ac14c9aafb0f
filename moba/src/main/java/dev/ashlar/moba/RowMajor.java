package dev.ashlar.moba;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Moves operands of two or three axes to Java arrays in row-major order, and back. */
final class RowMajor {
  private RowMajor() {}

  static double[] doubles(Operand operand) {
    double[] out = new double[Math.toIntExact(operand.size())];
    if (operand.isContiguous() && operand.dtype() == DType.F64) {
      MemorySegment from = operand.elements();
      MemorySegment.copy(from, ValueLayout.JAVA_DOUBLE, 0, out, 0, out.length);
      return out;
    }
    walk(operand, (at, index) -> out[at] = operand.getDouble(index));
    return out;
  }

  static int[] ints(Operand operand) {
    int[] out = new int[Math.toIntExact(operand.size())];
    if (operand.isContiguous() && operand.dtype() == DType.I32) {
      MemorySegment.copy(operand.elements(), ValueLayout.JAVA_INT, 0, out, 0, out.length);
      return out;
    }
    walk(operand, (at, index) -> out[at] = (int) operand.getLong(index));
    return out;
  }

  /** Returns one row [H, D] of an F32 operand [T, H, D]. */
  static float[] floats(Operand operand, int row) {
    Layout layout = operand.layout();
    int size = layout.shape().dim(2);
    float[] out = new float[layout.shape().dim(1) * size];
    long at = layout.offsetElements() + row * layout.strideElements(0);
    if (operand.isContiguous()) {
      MemorySegment data = operand.data();
      MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, at * Float.BYTES, out, 0, out.length);
      return out;
    }
    for (int i = 0; i < out.length; i++) {
      long index = at + i / size * layout.strideElements(1) + i % size * layout.strideElements(2);
      out[i] = operand.data().getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }
    return out;
  }

  /** Returns one row [H, D] of an F64 operand [T, H, D]. */
  static double[] doubles(Operand operand, int row) {
    Layout layout = operand.layout();
    int size = layout.shape().dim(2);
    double[] out = new double[layout.shape().dim(1) * size];
    long at = layout.offsetElements() + row * layout.strideElements(0);
    if (operand.isContiguous()) {
      MemorySegment data = operand.data();
      MemorySegment.copy(data, ValueLayout.JAVA_DOUBLE, at * Double.BYTES, out, 0, out.length);
      return out;
    }
    for (int i = 0; i < out.length; i++) {
      long index = at + i / size * layout.strideElements(1) + i % size * layout.strideElements(2);
      out[i] = operand.data().getAtIndex(ValueLayout.JAVA_DOUBLE, index);
    }
    return out;
  }

  /** Stores numbers in a contiguous operand. */
  static void store(double[] numbers, Operand out) {
    for (int i = 0; i < numbers.length; i++) out.setDouble(i, numbers[i]);
  }

  @FunctionalInterface
  private interface Visit {
    void element(int at, long index);
  }

  private static void walk(Operand operand, Visit visit) {
    Layout layout = operand.layout();
    Shape shape = operand.shape();
    int inner = shape.rank() == 3 ? shape.dim(2) : 1;
    long innerStride = shape.rank() == 3 ? layout.strideElements(2) : 0;
    int at = 0;
    for (int i = 0; i < shape.dim(0); i++) {
      for (int j = 0; j < shape.dim(1); j++) {
        long index =
            layout.offsetElements() + i * layout.strideElements(0) + j * layout.strideElements(1);
        for (int d = 0; d < inner; d++) visit.element(at++, index + d * innerStride);
      }
    }
  }
}
