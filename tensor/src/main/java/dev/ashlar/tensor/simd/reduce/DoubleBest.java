package dev.ashlar.tensor.simd.reduce;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import dev.ashlar.tensor.simd.blocks.Along;
import dev.ashlar.tensor.simd.blocks.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The best of columns of F64. */
final class DoubleBest extends Best {
  private static final VectorSpecies<Long> L = LongVector.SPECIES_PREFERRED;

  private final double[] values = Scratch.own().lanes;
  private final long[] where = new long[Along.MOST];
  private final double sign;

  DoubleBest(boolean least) {
    super(LANES);
    this.sign = least ? -1 : 1;
  }

  @Override
  void clear(int count) {
    Arrays.fill(values, 0, count, Double.NEGATIVE_INFINITY);
    Arrays.fill(where, 0, count, 0);
  }

  @Override
  void update(MemorySegment x, long at, long stride, int first, int rows, int count) {
    for (int i = 0; i < count; i += LANES) {
      DoubleVector best = DoubleVector.fromArray(D, values, i);
      LongVector stands = LongVector.fromArray(L, where, i);
      for (int row = 0; row < rows; row++) {
        DoubleVector each = load(x, at + row * stride + i * 8L).mul(sign);
        VectorMask<Double> nan = each.test(IS_NAN).andNot(best.test(IS_NAN));
        VectorMask<Double> better = each.compare(GT, best).or(nan);
        best = best.blend(each, better);
        stands = stands.blend(first + row, better.cast(L));
      }
      best.intoArray(values, i);
      stands.intoArray(where, i);
    }
  }

  @Override
  void updateLine(MemorySegment x, long at, int count) {
    update(x, at, LANES * Double.BYTES, 0, count / LANES, LANES);
  }

  @Override
  int row(int column) {
    return (int) where[column];
  }

  @Override
  double best() {
    double best = values[0];
    for (int lane = 1; lane < LANES; lane++) best = Math.max(best, values[lane]);
    return best;
  }

  @Override
  int index(double best) {
    int index = Integer.MAX_VALUE;
    for (int lane = 0; lane < LANES; lane++) {
      boolean isBest = values[lane] == best || Double.isNaN(values[lane]);
      if (isBest) index = Math.min(index, (int) where[lane] * LANES + lane);
    }
    return index;
  }

  @Override
  double number(MemorySegment x, long at, int index) {
    return sign * x.get(ValueLayout.JAVA_DOUBLE, at + index * 8L);
  }
}
