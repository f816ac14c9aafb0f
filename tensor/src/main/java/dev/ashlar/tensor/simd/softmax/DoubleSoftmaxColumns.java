package dev.ashlar.tensor.simd.softmax;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.store;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;

import dev.ashlar.tensor.simd.blocks.Along;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Tile;
import dev.ashlar.tensor.simd.lanes.DoubleVectorMath;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;

/** Softmax of columns of F64. */
final class DoubleSoftmaxColumns implements SoftmaxColumns.Columns {
  private final double[] greatest = new double[Along.MOST];

  /** The sums; then what powers are multiplied by, or what is subtracted. */
  private final double[] sums = Scratch.own().lanes;

  @Override
  public void begin() {
    Arrays.fill(greatest, Double.NEGATIVE_INFINITY);
    Arrays.fill(sums, 0);
  }

  @Override
  public void greatest(Tile x, Tile same, int rows, int count) {
    MemorySegment data = x.data();
    for (int i = 0; i < count; i += LANES) {
      DoubleVector top = DoubleVector.fromArray(D, greatest, i);
      long at = x.at() + i * 8L;
      for (int row = 0; row < rows; row++) top = top.max(load(data, at + row * x.stride()));
      top.intoArray(greatest, i);
    }
  }

  @Override
  public void sum(Tile x, Tile same, int rows, int count) {
    MemorySegment data = x.data();
    for (int i = 0; i < count; i += LANES) {
      DoubleVector top = DoubleVector.fromArray(D, greatest, i);
      DoubleVector sum = DoubleVector.fromArray(D, sums, i);
      long at = x.at() + i * 8L;
      for (int row = 0; row < rows; row++) {
        sum = sum.add(DoubleVectorMath.exp(load(data, at + row * x.stride()).sub(top)));
      }
      sum.intoArray(sums, i);
    }
  }

  @Override
  public void exp(Tile x, Tile y, int rows, int count) {
    MemorySegment from = x.data();
    MemorySegment to = known(y.data());
    for (int i = 0; i < count; i += LANES) {
      DoubleVector top = DoubleVector.fromArray(D, greatest, i);
      DoubleVector sum = DoubleVector.fromArray(D, sums, i);
      long at = x.at() + i * 8L;
      long toAt = y.at() + i * 8L;
      for (int row = 0; row < rows; row++) {
        DoubleVector power = DoubleVectorMath.exp(load(from, at + row * x.stride()).sub(top));
        power.intoMemorySegment(to, toAt + row * y.stride(), ORDER);
        sum = sum.add(power);
      }
      sum.intoArray(sums, i);
    }
  }

  @Override
  public void finish(boolean logarithm) {
    if (logarithm) {
      for (int i = 0; i < sums.length; i++) sums[i] = StrictMath.log(sums[i]);
    } else {
      for (int i = 0; i < sums.length; i++) sums[i] = 1 / sums[i];
    }
  }

  @Override
  public void scale(Tile y, Tile same, int rows, int count) {
    MemorySegment data = y.data();
    for (int row = 0; row < rows; row++) {
      long at = y.at() + row * y.stride();
      for (int i = 0; i < count; i += LANES) {
        store(load(data, at + i * 8L).mul(DoubleVector.fromArray(D, sums, i)), data, at + i * 8L);
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
        DoubleVector below = load(from, at + i * 8L).sub(DoubleVector.fromArray(D, greatest, i));
        store(below.sub(DoubleVector.fromArray(D, sums, i)), to, toAt + i * 8L);
      }
    }
  }
}
