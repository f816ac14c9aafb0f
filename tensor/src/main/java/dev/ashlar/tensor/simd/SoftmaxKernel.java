package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.FloatBlock.load;
import static dev.ashlar.tensor.simd.FloatBlock.store;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** Softmax of F32 along the last axis, or its logarithm, as {@link SoftmaxRows} computes it. */
record SoftmaxKernel(boolean logarithm) implements Kernel {
  private static final int GRAIN = 16_384;

  // Rows side by side: while the lanes of one are joined to a number, the next is under way.
  private static final int GROUP = 4;

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand y = outputs.getFirst();
    if (y.size() == 0) return;
    FloatRows from = FloatRows.of(inputs.getFirst());
    FloatRows to = FloatRows.of(y);
    int padded = to.padded();
    Parallel.range(
        to.count(),
        Math.max(1, GRAIN / padded),
        (first, end) -> {
          FloatRows.Cursor[] x = from.cursors(0, GROUP);
          FloatRows.Cursor[] result = to.cursors(GROUP, GROUP);
          for (long row = first; row < end; row += GROUP) {
            int count = (int) Math.min(GROUP, end - row);
            for (int i = 0; i < count; i++) {
              x[i].load(row + i, Float.NEGATIVE_INFINITY);
              result[i].begin(row + i);
            }
            if (logarithm) logSoftmax(x, result, count, padded);
            else softmax(x, result, count, padded);
            for (int i = 0; i < count; i++) result[i].store(row + i);
          }
        });
  }

  private static void softmax(FloatBlock[] x, FloatBlock[] y, int rows, int count) {
    float[] max = new float[GROUP];
    double[] sums = new double[GROUP];
    for (int i = 0; i < rows; i++) max[i] = SoftmaxRows.max(x[i], count);
    for (int i = 0; i < rows; i++) sums[i] = SoftmaxRows.exp(x[i], y[i], max[i], count);
    for (int i = 0; i < rows; i++) scale(y[i].data(), y[i].at(), 1 / (float) sums[i], count);
  }

  private static void logSoftmax(FloatBlock[] x, FloatBlock[] y, int rows, int count) {
    float[] max = new float[GROUP];
    double[] sums = new double[GROUP];
    for (int i = 0; i < rows; i++) max[i] = SoftmaxRows.max(x[i], count);
    for (int i = 0; i < rows; i++) sums[i] = SoftmaxRows.sumExp(x[i], max[i], count);
    for (int i = 0; i < rows; i++) {
      float log = (float) StrictMath.log(sums[i]);
      subtract(x[i].data(), x[i].at(), y[i].data(), y[i].at(), max[i], log, count);
    }
  }

  /** Products that would be subnormal are 0: a matrix product with them would be slow. */
  private static void scale(MemorySegment y, long at, float by, int count) {
    for (int i = 0; i < count; i += LANES) {
      long byteAt = at + (long) i * Float.BYTES;
      FloatVector scaled = load(y, byteAt).mul(by);
      store(scaled.blend(0f, scaled.compare(LT, Float.MIN_NORMAL)), y, byteAt);
    }
  }

  private static void subtract(
      MemorySegment x, long xAt, MemorySegment y, long yAt, float max, float log, int count) {
    for (int i = 0; i < count; i += LANES) {
      long byteAt = (long) i * Float.BYTES;
      store(load(x, xAt + byteAt).sub(max).sub(log), y, yAt + byteAt);
    }
  }
}
