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
          float[] a = new float[(int) (to - from) * heads * size];
          float[] b = new float[a.length];
          InputRows.read(out, (int) from, (int) to, a);
          InputRows.read(dOut, (int) from, (int) to, b);
          for (int i = 0; i < a.length; i += size) {
            int at = (int) from * heads + i / size;
            delta[at] = (float) (dot(a, b, i, size) - delta[at]);
          }
        });
    return delta;
  }

  /** Four sums, so that one addition need not wait for the last. */
  private static double dot(float[] a, float[] b, int at, int count) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = at;
    for (; i + 3 < at + count; i += 4) {
      sum0 += (double) a[i] * b[i];
      sum1 += (double) a[i + 1] * b[i + 1];
      sum2 += (double) a[i + 2] * b[i + 2];
      sum3 += (double) a[i + 3] * b[i + 3];
    }
    for (; i < at + count; i++) sum0 += (double) a[i] * b[i];
    return sum0 + sum1 + (sum2 + sum3);
  }
}
