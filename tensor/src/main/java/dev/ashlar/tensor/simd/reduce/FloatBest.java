package dev.ashlar.tensor.simd.reduce;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import dev.ashlar.tensor.simd.blocks.Along;
import dev.ashlar.tensor.simd.blocks.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The best of columns of F32. */
final class FloatBest extends Best {
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  private final float[] values = new float[Along.MOST];
  private final int[] where = Scratch.own().i;
  private final float sign;

  FloatBest(boolean least) {
    super(LANES);
    this.sign = least ? -1 : 1;
  }

  @Override
  void clear(int count) {
    Arrays.fill(values, 0, count, Float.NEGATIVE_INFINITY);
    Arrays.fill(where, 0, count, 0);
  }

  @Override
  void update(MemorySegment x, long at, long stride, int first, int rows, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector best = FloatVector.fromArray(S, values, i);
      IntVector stands = IntVector.fromArray(I, where, i);
      for (int row = 0; row < rows; row++) {
        FloatVector each = load(x, at + row * stride + i * 4L).mul(sign);
        VectorMask<Float> nan = each.test(IS_NAN).andNot(best.test(IS_NAN));
        VectorMask<Float> better = each.compare(GT, best).or(nan);
        best = best.blend(each, better);
        stands = stands.blend(first + row, better.cast(I));
      }
      best.intoArray(values, i);
      stands.intoArray(where, i);
    }
  }

  @Override
  void updateLine(MemorySegment x, long at, int count) {
    update(x, at, LANES * Float.BYTES, 0, count / LANES, LANES);
  }

  @Override
  int row(int column) {
    return where[column];
  }

  @Override
  double best() {
    float best = values[0];
    for (int lane = 1; lane < LANES; lane++) best = Math.max(best, values[lane]);
    return best;
  }

  @Override
  int index(double best) {
    int index = Integer.MAX_VALUE;
    for (int lane = 0; lane < LANES; lane++) {
      boolean isBest = values[lane] == best || Float.isNaN(values[lane]);
      if (isBest) index = Math.min(index, where[lane] * LANES + lane);
    }
    return index;
  }

  @Override
  double number(MemorySegment x, long at, int index) {
    return sign * x.get(ValueLayout.JAVA_FLOAT, at + index * 4L);
  }
}
