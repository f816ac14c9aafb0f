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
