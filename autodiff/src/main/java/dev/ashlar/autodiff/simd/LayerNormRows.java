package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.COUNT;
import static dev.ashlar.autodiff.simd.Lanes.SPECIES;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Doubles.HALF;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.F2D;

import dev.ashlar.tensor.simd.blocks.FloatBlock;
import dev.ashlar.tensor.simd.blocks.FloatRows;
import dev.ashlar.tensor.simd.lanes.LaneFolds;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * {@link dev.ashlar.autodiff.nn.LayerNormOp}: forward in bands of rows as {@link RmsNormRows}, for
 * the means, the variances and the results. A mean is summed up in double precision, and is a float
 * and what that lacks: results are as exact where numbers lie far from 0, and a row of equal
 * numbers has no variance.
 */
final class LayerNormRows {
  private LayerNormRows() {}

  static void forward(double epsilon, List<Operand> in, List<Operand> out) {
    FloatRows x = FloatRows.of(in.get(0));
    FloatRows weights = FloatRows.of(in.get(1));
    FloatRows biases = FloatRows.of(in.get(2));
    FloatRows y = FloatRows.of(out.get(0));
    int dim = x.width();
    int band = RmsNormRows.band(dim);
    MemorySegment means = out.get(1).elements();
    MemorySegment scales = out.get(2).elements();
    Parallel.range(
        x.count(),
        Lanes.grain(dim),
        (from, to) -> {
          FloatRows.Cursor weight = weights.cursor(0);
          FloatRows.Cursor bias = biases.cursor(1);
          FloatRows.Cursor result = y.cursor(2);
          // One each, so that what has to be copied is copied once.
          var rows = new FloatRows.Cursor[band];
          for (int i = 0; i < band; i++) rows[i] = x.cursor(3 + i);
          float[] lanes = new float[band * COUNT];
          double[] doubleLanes = new double[band * D.length()];
          double[] exact = new double[band];
          double[] sums = new double[band];
          weight.load(0, 0);
          bias.load(0, 0);
          for (long first = from; first < to; first += band) {
            int count = (int) Math.min(band, to - first);
            for (int i = 0; i < count; i++) {
              rows[i].load(first + i, 0);
              sum(rows[i], x.padded(), doubleLanes, i * D.length());
            }
            for (int i = 0; i < count; i++) exact[i] = sum(doubleLanes, i * D.length()) / dim;
            for (int i = 0; i < count; i++) {
              float mean = (float) exact[i];
              pad(rows[i], dim, x.padded(), mean);
              squares(rows[i], mean, x.padded(), lanes, i * COUNT);
            }
            for (int i = 0; i < count; i++) sums[i] = LaneFolds.sum(lanes, i * COUNT);
            for (int i = 0; i < count; i++) {
              double lacking = exact[i] - (float) exact[i];
              sums[i] = 1 / Math.sqrt(sums[i] / dim - lacking * lacking + epsilon);
            }
            for (int i = 0; i < count; i++) {
              long r = first + i;
              float mean = (float) exact[i];
              float scale = (float) sums[i];
              float lacking = (float) ((mean - exact[i]) * sums[i]);
              result.begin(r);
              scale(rows[i], weight, bias, mean, lacking, scale, result, x.padded());
              result.store(r);
              means.setAtIndex(ValueLayout.JAVA_FLOAT, r, mean);
              scales.setAtIndex(ValueLayout.JAVA_FLOAT, r, scale);
            }
          }
        });
  }

  /** Puts a number behind a row's end, up to that of the last vector: differences from it are 0. */
  private static void pad(FloatBlock row, int width, int padded, float value) {
    if (width < padded) padLast(row.data(), row.at(), width, padded - COUNT, value);
  }

  private static void padLast(MemorySegment row, long at, int width, int last, float value) {
    MemorySegment x = known(row);
    FloatVector.broadcast(SPECIES, value)
        .blend(
            fromMemorySegment(SPECIES, x, at + last * 4L, ORDER), SPECIES.indexInRange(last, width))
        .intoMemorySegment(x, at + last * 4L, ORDER);
  }

  private static void sum(FloatBlock x, int count, double[] lanes, int to) {
    MemorySegment xs = known(x.data());
    long at = x.at();
    DoubleVector even = DoubleVector.zero(D);
    DoubleVector odd = even;
    for (int i = 0; i < count; i += COUNT) {
      long next = at + i * 4L;
      var first = (DoubleVector) fromMemorySegment(HALF, xs, next, ORDER).convertShape(F2D, D, 0);
      next += D.length() * 4L;
      var second = (DoubleVector) fromMemorySegment(HALF, xs, next, ORDER).convertShape(F2D, D, 0);
      even = even.add(first);
      odd = odd.add(second);
    }
    even.add(odd).intoArray(lanes, to);
  }

  private static double sum(double[] lanes, int at) {
    return LaneFolds.sum(DoubleVector.fromArray(D, lanes, at));
  }

  /** Two sums by turns, so that one addition need not wait for the last. */
  private static void squares(FloatBlock x, float mean, int count, float[] lanes, int to) {
    MemorySegment xs = known(x.data());
    long at = x.at();
    FloatVector sum = FloatVector.zero(SPECIES);
    FloatVector other = sum;
    for (int i = 0; i < count; i += COUNT) {
      FloatVector centered = fromMemorySegment(SPECIES, xs, at + i * 4L, ORDER).sub(mean);
      FloatVector next = centered.fma(centered, sum);
      sum = other;
      other = next;
    }
    sum.add(other).intoArray(lanes, to);
  }

  /** y = ((x - mean) · scale + lacking) · weight + bias. */
  private static void scale(
      FloatBlock x,
      FloatBlock weight,
      FloatBlock bias,
      float mean,
      float lacking,
      float scale,
      FloatBlock y,
      int count) {
    MemorySegment xs = known(x.data());
    long xsAt = x.at();
    MemorySegment weights = known(weight.data());
    long weightsAt = weight.at();
    MemorySegment biases = known(bias.data());
    long biasesAt = bias.at();
    MemorySegment ys = known(y.data());
    long ysAt = y.at();
    FloatVector factor = FloatVector.broadcast(SPECIES, scale);
    FloatVector added = FloatVector.broadcast(SPECIES, lacking);
    for (int i = 0; i < count; i += COUNT) {
      fromMemorySegment(SPECIES, xs, xsAt + i * 4L, ORDER)
          .sub(mean)
          .fma(factor, added)
          .fma(
              fromMemorySegment(SPECIES, weights, weightsAt + i * 4L, ORDER),
              fromMemorySegment(SPECIES, biases, biasesAt + i * 4L, ORDER))
          .intoMemorySegment(ys, ysAt + i * 4L, ORDER);
    }
  }
}
