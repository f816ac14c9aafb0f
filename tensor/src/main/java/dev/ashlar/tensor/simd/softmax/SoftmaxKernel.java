package dev.ashlar.tensor.simd.softmax;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.simd.blocks.Along;
import dev.ashlar.tensor.simd.blocks.FloatBlock;
import dev.ashlar.tensor.simd.blocks.FloatRows;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Softmax of F32 along an axis, or its logarithm, line by line, as {@link SoftmaxRows} computes it.
 */
public record SoftmaxKernel(int axis, boolean logarithm) implements Kernel {
  private static final int GRAIN = 16_384;

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand y = outputs.getFirst();
    if (y.size() == 0) return;
    FloatRows from = FloatRows.of(Along.last(inputs.getFirst(), axis));
    FloatRows to = FloatRows.of(Along.last(y, axis));
    int padded = to.padded();
    Parallel.range(
        to.count(),
        Math.max(1, GRAIN / padded),
        (first, end) -> {
          FloatRows.Cursor x = from.cursor(0);
          FloatRows.Cursor result = to.cursor(1);
          for (long row = first; row < end; row++) {
            x.load(row, Float.NEGATIVE_INFINITY);
            result.begin(row);
            softmax(x, result, padded);
            result.store(row);
          }
        });
  }

  private void softmax(FloatBlock x, FloatBlock y, int count) {
    float max = SoftmaxRows.max(x, count);
    if (logarithm) {
      float log = (float) StrictMath.log(SoftmaxRows.sumExp(x, max, count));
      subtract(x.data(), x.at(), y.data(), y.at(), max, log, count);
    } else {
      float sum = (float) SoftmaxRows.exp(x, y, max, count);
      scale(y.data(), y.at(), 1 / sum, count);
    }
  }

  /** Products that would be subnormal are 0: a matrix product with them would be slow. */
  private static void scale(MemorySegment y, long at, float by, int count) {
    MemorySegment rows = known(y);
    for (int i = 0; i < count; i += LANES) {
      long byteAt = at + (long) i * Float.BYTES;
      FloatVector scaled = fromMemorySegment(S, rows, byteAt, ORDER).mul(by);
      scaled.blend(0f, scaled.compare(LT, Float.MIN_NORMAL)).intoMemorySegment(rows, byteAt, ORDER);
    }
  }

  private static void subtract(
      MemorySegment x, long xAt, MemorySegment y, long yAt, float max, float log, int count) {
    MemorySegment from = known(x);
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES) {
      long byteAt = (long) i * Float.BYTES;
      fromMemorySegment(S, from, xAt + byteAt, ORDER)
          .sub(max)
          .sub(log)
          .intoMemorySegment(to, yAt + byteAt, ORDER);
    }
  }
}
