package dev.ashlar.moba.simd;

import dev.ashlar.moba.Rope;
import dev.ashlar.moba.RopeTable;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.simd.FloatBlock;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Rope} in vectors, each head read and written where it lies. */
final class RopeRows {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int GRAIN = 16_384;

  private RopeRows() {}

  /** Returns whether the halves of a head are whole vectors. */
  static boolean fits(TensorSpec x) {
    return x.shape().rank() == 3 && x.shape().dim(2) > 0 && x.shape().dim(2) % (2 * LANES) == 0;
  }

  /** Turns x [T, H, D]; returns false, with nothing done, if its heads do not lie side by side. */
  static boolean run(Rope op, Operand x, Operand y) {
    if (!RowPlaces.areWhole(x)) return false;
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
          RowPlaces in = RowPlaces.of(x);
          RowPlaces out = RowPlaces.of(y);
          for (int row = (int) from; row < to; row++) {
            int angles = table.at(op.start() + positions[row]);
            turn(in, out, row, heads, size / 2, table, angles, sign);
          }
        });
    return true;
  }

  /** Turns a row: all heads by the same angles, a vector of pairs at a time. */
  private static void turn(
      RowPlaces x,
      RowPlaces y,
      int row,
      int heads,
      int half,
      RopeTable table,
      int angles,
      float sign) {
    for (int i = 0; i < half; i += LANES) {
      FloatVector cos = FloatVector.fromArray(SPECIES, table.floatCos(), angles + i);
      FloatVector sin = FloatVector.fromArray(SPECIES, table.floatSin(), angles + i).mul(sign);
      long xAt = x.at(row, 0) + (long) i * Float.BYTES;
      long yAt = y.at(row, 0) + (long) i * Float.BYTES;
      long apart = (long) half * Float.BYTES;
      for (int head = 0; head < heads; head++) {
        FloatVector a = FloatBlock.load(x.data(), xAt);
        FloatVector b = FloatBlock.load(x.data(), xAt + apart);
        FloatBlock.store(a.mul(cos).sub(b.mul(sin)), y.data(), yAt);
        FloatBlock.store(b.mul(cos).add(a.mul(sin)), y.data(), yAt + apart);
        xAt += x.headStride();
        yAt += y.headStride();
      }
    }
  }
}
