package dev.ashlar.moba.simd;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** What the backward pass needs of tensors [T, H]. */
final class Matrices {
  private static final int CHUNK = 32;

  private Matrices() {}

  static float[] rowMajor(Operand operand) {
    Layout layout = operand.layout();
    int columns = operand.shape().dim(1);
    float[] out = new float[(int) operand.size()];
    if (operand.isContiguous()) {
      long at = operand.offsetBytes();
      MemorySegment.copy(operand.data(), ValueLayout.JAVA_FLOAT, at, out, 0, out.length);
      return out;
    }
    for (int i = 0; i < out.length; i++) {
      long index =
          layout.offsetElements()
              + i / columns * layout.strideElements(0)
              + i % columns * layout.strideElements(1);
      out[i] = operand.data().getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }
    return out;
  }

  /** Returns dOut · out - dLogSumExp for each row of (out, logSumExp, dOut, dLogSumExp) [T, H]. */
  static float[] delta(List<Operand> saved) {
    Operand out = saved.get(0);
    Operand dOut = saved.get(2);
    float[] delta = rowMajor(saved.get(3));
    int heads = out.shape().dim(1);
    int size = out.shape().dim(2);
    Parallel.range(
        out.shape().dim(0),
        CHUNK,
        (from, to) -> {
          float[] a = InputRows.take(out, (int) from, (int) to);
          float[] b = InputRows.take(dOut, (int) from, (int) to);
          int first = (int) from * heads;
          for (int i = 0; i < (to - from) * heads; i++) {
            delta[first + i] = (float) (dot(a, b, i * size, size) - delta[first + i]);
          }
          Scratch.give(a, b);
        });
    return delta;
  }

  /** Adds up every fourth product by itself: none then waits for the one before. */
  private static double dot(float[] a, float[] b, int at, int size) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int d = at;
    for (; d + 4 <= at + size; d += 4) {
      sum0 += (double) a[d] * b[d];
      sum1 += (double) a[d + 1] * b[d + 1];
      sum2 += (double) a[d + 2] * b[d + 2];
      sum3 += (double) a[d + 3] * b[d + 3];
    }
    for (; d < at + size; d++) sum0 += (double) a[d] * b[d];
    return sum0 + sum1 + (sum2 + sum3);
  }
}
