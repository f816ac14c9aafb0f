package dev.ashlar.moba.simd;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.store;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Loops over rows of F64, which begin at a byte of memory and have whole vectors. */
final class DoubleRows {
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  private DoubleRows() {}

  static void scale(MemorySegment x, long at, double by, int count) {
    for (int i = 0; i < count; i += LANES) {
      store(load(x, at + i * 8L).mul(by), x, at + i * 8L);
    }
  }

  /** Makes numbers {@code from} to {@code to} of a row -infinity. */
  static void hide(MemorySegment x, long at, int from, int to) {
    for (int i = from; i < to; i++) x.set(DOUBLE, at + i * 8L, Double.NEGATIVE_INFINITY);
  }

  /** Puts P (dP - delta) · scale in the place of dP. */
  static void gradient(MemorySegment x, long pAt, long dAt, double delta, double scale, int count) {
    for (int i = 0; i < count; i += LANES) {
      var dP = load(x, dAt + i * 8L);
      store(dP.sub(delta).mul(load(x, pAt + i * 8L)).mul(scale), x, dAt + i * 8L);
    }
  }

  /** Returns the inner product of two rows [1, D] of any layout. */
  static double dot(Operand a, Operand b) {
    long aAt = a.layout().offsetElements();
    long bAt = b.layout().offsetElements();
    long aStride = a.layout().strideElements(1);
    long bStride = b.layout().strideElements(1);
    double sum = 0;
    for (int d = 0; d < a.shape().dim(1); d++) {
      double product = a.data().getAtIndex(DOUBLE, aAt + d * aStride);
      sum += product * b.data().getAtIndex(DOUBLE, bAt + d * bStride);
    }
    return sum;
  }

  /** Tells whether an operand [T, H] or [T, H, D] has neither an infinity nor a NaN. */
  static boolean areFinite(Operand x) {
    Layout layout = x.layout();
    int size = layout.rank() == 3 ? layout.shape().dim(2) : 1;
    long stride = layout.rank() == 3 ? layout.strideElements(2) : 0;
    boolean finite = true;
    for (int row = 0; row < layout.shape().dim(0); row++) {
      for (int head = 0; head < layout.shape().dim(1); head++) {
        long at = layout.offsetElements();
        at += row * layout.strideElements(0) + head * layout.strideElements(1);
        for (int d = 0; d < size; d++) {
          finite &= Double.isFinite(x.data().getAtIndex(DOUBLE, at + d * stride));
        }
      }
    }
    return finite;
  }
}
