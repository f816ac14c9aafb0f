package dev.ashlar.tensor.simd.softmax;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.simd.blocks.Along;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Tile;
import dev.ashlar.tensor.simd.lanes.VectorMath;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * Softmax of columns of F32, with sums in double precision: floats would lose more of a sum of many
 * rows than of as many lanes. Powers below e^-87, and products that would be subnormal, are 0.
 */
final class FloatSoftmaxColumns implements SoftmaxColumns.Columns {
  private final float[] greatest = new float[Along.MOST];

  /** What powers are multiplied by, or what is subtracted. */
  private final float[] shares = Scratch.own().a;

  private final double[] sums = Scratch.own().lanes;

  @Override
  public void begin() {
    Arrays.fill(greatest, Float.NEGATIVE_INFINITY);
    Arrays.fill(sums, 0);
  }

  @Override
  public void greatest(Tile x, Tile same, int rows, int count) {
    MemorySegment data = x.data();
    for (int i = 0; i < count; i += LANES) {
      FloatVector top = FloatVector.fromArray(S, greatest, i);
      long at = x.at() + i * 4L;
      for (int row = 0; row < rows; row++) top = top.max(load(data, at + row * x.stride()));
      top.intoArray(greatest, i);
    }
  }

  @Override
  public void sum(Tile x, Tile same, int rows, int count) {
    MemorySegment data = x.data();
    for (int i = 0; i < count; i += LANES) {
      FloatVector top = FloatVector.fromArray(S, greatest, i);
      DoubleVector low = DoubleVector.fromArray(D, sums, i);
      DoubleVector high = DoubleVector.fromArray(D, sums, i + LANES / 2);
      long at = x.at() + i * 4L;
      for (int row = 0; row < rows; row++) {
        FloatVector power = VectorMath.expFlushed(load(data, at + row * x.stride()).sub(top));
        low = low.add(power.convertShape(F2D, D, 0));
        high = high.add(power.convertShape(F2D, D, 1));
      }
      low.intoArray(sums, i);
      high.intoArray(sums, i + LANES / 2);
    }
  }

  @Override
  public void exp(Tile x, Tile y, int rows, int count) {
    MemorySegment from = x.data();
    MemorySegment to = y.data();
    for (int i = 0; i < count; i += LANES) {
      FloatVector top = FloatVector.fromArray(S, greatest, i);
      DoubleVector low = DoubleVector.fromArray(D, sums, i);
      DoubleVector high = DoubleVector.fromArray(D, sums, i + LANES / 2);
      long at = x.at() + i * 4L;
      long toAt = y.at() + i * 4L;
      for (int row = 0; row < rows; row++) {
        FloatVector power = VectorMath.expFlushed(load(from, at + row * x.stride()).sub(top));
        store(power, to, toAt + row * y.stride());
        low = low.add(power.convertShape(F2D, D, 0));
        high = high.add(power.convertShape(F2D, D, 1));
      }
      low.intoArray(sums, i);
      high.intoArray(sums, i + LANES / 2);
    }
  }

  @Override
  public void finish(boolean logarithm) {
    if (logarithm) {
      for (int i = 0; i < sums.length; i++) shares[i] = (float) StrictMath.log(sums[i]);
    } else {
      for (int i = 0; i < sums.length; i++) shares[i] = 1 / (float) sums[i];
    }
  }

  @Override
  public void scale(Tile y, Tile same, int rows, int count) {
    MemorySegment data = y.data();
    for (int row = 0; row < rows; row++) {
      long at = y.at() + row * y.stride();
      for (int i = 0; i < count; i += LANES) {
        FloatVector scaled = load(data, at + i * 4L).mul(FloatVector.fromArray(S, shares, i));
        store(scaled.blend(0f, scaled.compare(LT, Float.MIN_NORMAL)), data, at + i * 4L);
      }
    }
  }

  @Override
  public void subtract(Tile x, Tile y, int rows, int count) {
    MemorySegment from = x.data();
    MemorySegment to = y.data();
    for (int row = 0; row < rows; row++) {
      long at = x.at() + row * x.stride();
      long toAt = y.at() + row * y.stride();
      for (int i = 0; i < count; i += LANES) {
        FloatVector below = load(from, at + i * 4L).sub(FloatVector.fromArray(S, greatest, i));
        store(below.sub(FloatVector.fromArray(S, shares, i)), to, toAt + i * 4L);
      }
    }
  }
}
