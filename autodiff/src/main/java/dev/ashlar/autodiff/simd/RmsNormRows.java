package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.COUNT;
import static dev.ashlar.autodiff.simd.Lanes.SPECIES;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.ashlar.tensor.simd.blocks.FloatBlock;
import dev.ashlar.tensor.simd.blocks.FloatRows;
import dev.ashlar.tensor.simd.lanes.LaneFolds;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * {@link dev.ashlar.autodiff.nn.RmsNormOp}: forward in bands of rows that fit the first-level
 * cache, row by row for the sums and again for the results, so that no row waits for the root and
 * the division of its own. Rows side by side would be read and written at half the pace where they
 * lie in no cache. Loops call nothing but the Vector API: with what moves rows, C2 takes more into
 * one method than it follows, and leaves out what is not always inlined.
 */
final class RmsNormRows {
  // Numbers of a band; as many results lie beside them.
  private static final int BAND = 2048;

  private RmsNormRows() {}

  static void forward(double epsilon, List<Operand> in, List<Operand> out) {
    FloatRows x = FloatRows.of(in.get(0));
    FloatRows weights = FloatRows.of(in.get(1));
    FloatRows y = FloatRows.of(out.get(0));
    int dim = x.width();
    int band = band(dim);
    MemorySegment scales = out.get(1).elements();
    Parallel.range(
        x.count(),
        Lanes.grain(dim),
        (from, to) -> {
          FloatRows.Cursor row = x.cursor(0);
          FloatRows.Cursor weight = weights.cursor(1);
          FloatRows.Cursor result = y.cursor(2);
          float[] lanes = new float[band * COUNT];
          double[] sums = new double[band];
          weight.load(0, 0);
          for (long first = from; first < to; first += band) {
            int count = (int) Math.min(band, to - first);
            for (int i = 0; i < count; i++) {
              row.load(first + i, 0);
              squares(row, x.padded(), lanes, i * COUNT);
            }
            for (int i = 0; i < count; i++) sums[i] = LaneFolds.sum(lanes, i * COUNT);
            for (int i = 0; i < count; i++) sums[i] = 1 / Math.sqrt(sums[i] / dim + epsilon);
            for (int i = 0; i < count; i++) {
              long r = first + i;
              float scale = (float) sums[i];
              row.load(r, 0);
              result.begin(r);
              scale(row, weight, scale, result, x.padded());
              result.store(r);
              scales.setAtIndex(ValueLayout.JAVA_FLOAT, r, scale);
            }
          }
        });
  }

  /** Returns the number of rows in a band. */
  static int band(int dim) {
    return Math.clamp(BAND / Math.max(1, dim), 1, 16);
  }

  private static void squares(FloatBlock x, int count, float[] lanes, int to) {
    int pairs = count - count % (2 * COUNT);
    if (pairs == 0) Arrays.fill(lanes, to, to + COUNT, 0);
    else pairSquares(x.data(), x.at(), pairs, lanes, to);
    if (pairs < count) addSquares(x.data(), x.at() + pairs * 4L, lanes, to);
  }

  /** Two sums, so that one addition need not wait for the last. */
  private static void pairSquares(MemorySegment row, long at, int count, float[] lanes, int to) {
    MemorySegment x = known(row);
    FloatVector even = FloatVector.zero(SPECIES);
    FloatVector odd = even;
    for (int i = 0; i < count; i += 2 * COUNT) {
      FloatVector first = fromMemorySegment(SPECIES, x, at + i * 4L, ORDER);
      FloatVector second = fromMemorySegment(SPECIES, x, at + (i + COUNT) * 4L, ORDER);
      even = first.fma(first, even);
      odd = second.fma(second, odd);
    }
    even.add(odd).intoArray(lanes, to);
  }

  private static void addSquares(MemorySegment row, long at, float[] lanes, int to) {
    MemorySegment x = known(row);
    FloatVector last = fromMemorySegment(SPECIES, x, at, ORDER);
    last.fma(last, FloatVector.fromArray(SPECIES, lanes, to)).intoArray(lanes, to);
  }

  private static void scale(FloatBlock x, FloatBlock weight, float scale, FloatBlock y, int count) {
    MemorySegment xs = known(x.data());
    long xsAt = x.at();
    MemorySegment weights = known(weight.data());
    long weightsAt = weight.at();
    MemorySegment ys = known(y.data());
    long ysAt = y.at();
    for (int i = 0; i < count; i += COUNT) {
      fromMemorySegment(SPECIES, xs, xsAt + i * 4L, ORDER)
          .mul(scale)
          .mul(fromMemorySegment(SPECIES, weights, weightsAt + i * 4L, ORDER))
          .intoMemorySegment(ys, ysAt + i * 4L, ORDER);
    }
  }

  /** (x, weight, scale, dY, dScale) -> (dX, dWeight). */
  static void backward(List<Operand> in, List<Operand> out) {
    FloatRows x = FloatRows.of(in.get(0));
    FloatRows weights = FloatRows.of(in.get(1));
    FloatRows dY = FloatRows.of(in.get(3));
    FloatRows dX = FloatRows.of(out.get(0));
    int dim = x.width();
    double[] scales = Columns.doubles(in.get(2));
    double[] dScales = Columns.doubles(in.get(4));
    var sums = new ColumnSums(x.count(), dim);
    Parallel.range(
        x.count(),
        sums.rowsPerPart(),
        (from, to) -> {
          float[] products = new float[x.padded()];
          FloatRows.Cursor row = x.cursor(0);
          FloatRows.Cursor weight = weights.cursor(1);
          FloatRows.Cursor dRow = dY.cursor(2);
          FloatRows.Cursor result = dX.cursor(3);
          float[] lanes = new float[COUNT];
          weight.load(0, 0);
          for (long r = from; r < to; r++) {
            row.load(r, 0);
            dRow.load(r, 0);
            result.begin(r);
            double scale = scales[(int) r];
            double along = dScales[(int) r] + along(row, dRow, weight, x.padded(), lanes);
            float back = (float) (along * scale * scale * scale / dim);
            backRow(row, dRow, weight, (float) scale, back, result, products);
            result.store(r);
            if (ColumnSums.due(r, from, to)) sums.add(from, products);
          }
        });
    sums.write(out.get(1));
  }

  private static double along(
      FloatBlock x, FloatBlock dY, FloatBlock weight, int count, float[] lanes) {
    MemorySegment xs = known(x.data());
    long xsAt = x.at();
    MemorySegment dYs = known(dY.data());
    long dYsAt = dY.at();
    MemorySegment weights = known(weight.data());
    long weightsAt = weight.at();
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < count; i += COUNT) {
      FloatVector weighted =
          fromMemorySegment(SPECIES, dYs, dYsAt + i * 4L, ORDER)
              .mul(fromMemorySegment(SPECIES, weights, weightsAt + i * 4L, ORDER));
      sum = weighted.fma(fromMemorySegment(SPECIES, xs, xsAt + i * 4L, ORDER), sum);
    }
    sum.intoArray(lanes, 0);
    return LaneFolds.sum(lanes, 0);
  }

  /** dX = scale · weight · dY - x · back; adds scale · x · dY to the sums of products so far. */
  private static void backRow(
      FloatBlock x,
      FloatBlock dY,
      FloatBlock weight,
      float scale,
      float back,
      FloatBlock dX,
      float[] products) {
    MemorySegment xs = known(x.data());
    long xsAt = x.at();
    MemorySegment dYs = known(dY.data());
    long dYsAt = dY.at();
    MemorySegment weights = known(weight.data());
    long weightsAt = weight.at();
    MemorySegment dXs = known(dX.data());
    long dXsAt = dX.at();
    for (int i = 0; i < products.length; i += COUNT) {
      FloatVector row = fromMemorySegment(SPECIES, xs, xsAt + i * 4L, ORDER);
      FloatVector dRow = fromMemorySegment(SPECIES, dYs, dYsAt + i * 4L, ORDER);
      FloatVector weighted =
          dRow.mul(fromMemorySegment(SPECIES, weights, weightsAt + i * 4L, ORDER)).mul(scale);
      FloatVector sum = FloatVector.fromArray(SPECIES, products, i);
      weighted.sub(row.mul(back)).intoMemorySegment(dXs, dXsAt + i * 4L, ORDER);
      row.mul(scale).fma(dRow, sum).intoArray(products, i);
    }
  }
}
