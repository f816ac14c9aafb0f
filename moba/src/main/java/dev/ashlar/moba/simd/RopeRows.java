package dev.ashlar.moba.simd;

import dev.ashlar.moba.Rope;
import dev.ashlar.moba.RopeTable;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Rope} in vectors, each head read and written where it lies. */
final class RopeRows {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int GRAIN = 16_384;

  private RopeRows() {}

  /** Returns whether the halves of a head are whole vectors. */
  static boolean fits(TensorSpec x) {
    return x.shape().rank() == 3 && x.shape().dim(2) > 0 && x.shape().dim(2) % (2 * LANES) == 0;
  }

  /** Turns x [T, H, D]; returns false, with nothing done, if its heads do not lie side by side. */
  static boolean run(Rope op, Operand x, Operand y) {
    if (x.layout().strideElements(2) != 1) return false;
    Shape shape = x.shape();
    int heads = shape.dim(1);
    int size = shape.dim(2);
    RopeTable table = RopeTable.of(op.theta(), size, op.start(), op.packing().maxLength());
    int[] positions = op.packing().positions();
    float sign = op.inverse() ? -1 : 1;
    Parallel.range(
        positions.length,
        Math.max(1, GRAIN / Math.max(1, heads * size)),
        (from, to) -> {
          for (int row = (int) from; row < to; row++) {
            int angles = table.at(op.start() + positions[row]);
            for (int head = 0; head < heads; head++) {
              turn(
                  x.data(),
                  at(x, row, head),
                  y.data(),
                  at(y, row, head),
                  table,
                  angles,
                  size,
                  sign);
            }
          }
        });
    return true;
  }

  private static long at(Operand x, int row, int head) {
    long strides = row * x.layout().strideElements(0) + head * x.layout().strideElements(1);
    return (x.layout().offsetElements() + strides) * Float.BYTES;
  }

  private static void turn(
      MemorySegment x,
      long xAt,
      MemorySegment y,
      long yAt,
      RopeTable table,
      int angles,
      int size,
      float sign) {
    float[] cosines = table.floatCos();
    float[] sines = table.floatSin();
    long half = (long) size / 2 * Float.BYTES;
    for (int i = 0; i < size / 2; i += LANES) {
      long byteAt = (long) i * Float.BYTES;
      FloatVector a = FloatVector.fromMemorySegment(SPECIES, x, xAt + byteAt, ORDER);
      FloatVector b = FloatVector.fromMemorySegment(SPECIES, x, xAt + half + byteAt, ORDER);
      FloatVector cos = FloatVector.fromArray(SPECIES, cosines, angles + i);
      FloatVector sin = FloatVector.fromArray(SPECIES, sines, angles + i).mul(sign);
      a.mul(cos).sub(b.mul(sin)).intoMemorySegment(y, yAt + byteAt, ORDER);
      b.mul(cos).add(a.mul(sin)).intoMemorySegment(y, yAt + half + byteAt, ORDER);
    }
  }
}
