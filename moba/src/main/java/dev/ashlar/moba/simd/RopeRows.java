package dev.ashlar.moba.simd;

import dev.ashlar.moba.Rope;
import dev.ashlar.moba.RopeTable;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Rope} in vectors, each head read and written where it lies. */
final class RopeRows {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final long VECTOR = LANES * (long) Float.BYTES;
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

  /** Turns a row: all heads by the same angles. */
  private static void turn(
      RowPlaces x,
      RowPlaces y,
      int row,
      int heads,
      int half,
      RopeTable table,
      int angles,
      float sign) {
    long from = x.at(row, 0);
    long to = y.at(row, 0);
    int i = 0;
    for (; i <= half - 2 * LANES; i += 2 * LANES) {
      long at = (long) i * Float.BYTES;
      turnTwo(x, from + at, y, to + at, heads, half, table, angles + i, sign);
    }
    if (i < half) {
      long at = (long) i * Float.BYTES;
      turnOne(x, from + at, y, to + at, heads, half, table, angles + i, sign);
    }
  }

  /** Turns two vectors of pairs of every head. */
  private static void turnTwo(
      RowPlaces x,
      long from,
      RowPlaces y,
      long to,
      int heads,
      int half,
      RopeTable table,
      int angles,
      float sign) {
    FloatVector cos0 = FloatVector.fromArray(SPECIES, table.floatCos(), angles);
    FloatVector cos1 = FloatVector.fromArray(SPECIES, table.floatCos(), angles + LANES);
    FloatVector sin0 = FloatVector.fromArray(SPECIES, table.floatSin(), angles).mul(sign);
    FloatVector sin1 = FloatVector.fromArray(SPECIES, table.floatSin(), angles + LANES).mul(sign);
    MemorySegment in = x.data();
    MemorySegment out = y.data();
    long apart = (long) half * Float.BYTES;
    for (int head = 0; head < heads; head++) {
      long xAt = from + head * x.headStride();
      long yAt = to + head * y.headStride();
      FloatVector a0 = FloatVectors.load(in, xAt);
      FloatVector a1 = FloatVectors.load(in, xAt + VECTOR);
      FloatVector b0 = FloatVectors.load(in, xAt + apart);
      FloatVector b1 = FloatVectors.load(in, xAt + apart + VECTOR);
      FloatVectors.store(a0.mul(cos0).sub(b0.mul(sin0)), out, yAt);
      FloatVectors.store(a1.mul(cos1).sub(b1.mul(sin1)), out, yAt + VECTOR);
      FloatVectors.store(b0.mul(cos0).add(a0.mul(sin0)), out, yAt + apart);
      FloatVectors.store(b1.mul(cos1).add(a1.mul(sin1)), out, yAt + apart + VECTOR);
    }
  }

  /** Turns one vector of pairs of every head. */
  private static void turnOne(
      RowPlaces x,
      long from,
      RowPlaces y,
      long to,
      int heads,
      int half,
      RopeTable table,
      int angles,
      float sign) {
    FloatVector cos = FloatVector.fromArray(SPECIES, table.floatCos(), angles);
    FloatVector sin = FloatVector.fromArray(SPECIES, table.floatSin(), angles).mul(sign);
    long apart = (long) half * Float.BYTES;
    for (int head = 0; head < heads; head++) {
      long xAt = from + head * x.headStride();
      long yAt = to + head * y.headStride();
      FloatVector a = FloatVectors.load(x.data(), xAt);
      FloatVector b = FloatVectors.load(x.data(), xAt + apart);
      FloatVectors.store(a.mul(cos).sub(b.mul(sin)), y.data(), yAt);
      FloatVectors.store(b.mul(cos).add(a.mul(sin)), y.data(), yAt + apart);
    }
  }
}
