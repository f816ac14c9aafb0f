package dev.ashlar.moba.simd;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** What the backward pass needs of tensors [T, H]. */
final class Matrices {
  private Matrices() {}

  static float[] rowMajor(Operand operand) {
    Layout layout = operand.layout();
    int columns = operand.shape().dim(1);
    float[] out = new float[(int) operand.size()];
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
    Shape shape = out.shape();
    Parallel.range(
        delta.length,
        256,
        (from, to) -> {
          for (int i = (int) from; i < to; i++) {
            delta[i] = (float) (dot(out, dOut, i / shape.dim(1), i % shape.dim(1)) - delta[i]);
          }
        });
    return delta;
  }

  private static double dot(Operand a, Operand b, int row, int head) {
    long aAt = at(a.layout(), row, head);
    long bAt = at(b.layout(), row, head);
    long aStride = a.layout().strideElements(2);
    long bStride = b.layout().strideElements(2);
    double sum = 0;
    for (int d = 0; d < a.shape().dim(2); d++, aAt += aStride, bAt += bStride) {
      double x = a.data().getAtIndex(ValueLayout.JAVA_FLOAT, aAt);
      sum += x * b.data().getAtIndex(ValueLayout.JAVA_FLOAT, bAt);
    }
    return sum;
  }

  private static long at(Layout layout, int row, int head) {
    return layout.offsetElements()
        + row * layout.strideElements(0)
        + head * layout.strideElements(1);
  }
}
