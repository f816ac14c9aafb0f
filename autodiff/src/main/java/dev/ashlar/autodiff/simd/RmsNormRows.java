package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.COUNT;
import static dev.ashlar.autodiff.simd.Lanes.SPECIES;
import static dev.ashlar.tensor.simd.FloatBlock.load;
import static dev.ashlar.tensor.simd.FloatBlock.store;
import static dev.ashlar.tensor.simd.FloatRows.ROWS;

import dev.ashlar.tensor.simd.FloatBlock;
import dev.ashlar.tensor.simd.FloatRows;
import dev.ashlar.tensor.simd.LaneFolds;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import dev.ashlar.tensor.spi.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** {@link dev.ashlar.autodiff.nn.RmsNormOp}, row by row. */
final class RmsNormRows {
  // Partial sums of the weight's gradient: at most so many, whatever the number of threads.
  private static final int PARTS = 64;

  // So many rows are summed up in single precision: a multiple of the rows of a band.
  private static final int ROWS_PER_SUM = 16;

  private RmsNormRows() {}

  static void forward(double epsilon, List<Operand> in, List<Operand> out) {
    FloatRows x = FloatRows.of(in.get(0));
    FloatRows weights = FloatRows.of(in.get(1));
    FloatRows y = FloatRows.of(out.get(0));
    int dim = x.width();
    MemorySegment scales = out.get(1).elements();
    Parallel.range(
        x.count(),
        Lanes.grain(dim),
        (from, to) -> {
          FloatRows.Band rows = x.band(0);
          FloatRows.Cursor weight = weights.cursor(1);
          FloatRows.Band results = y.band(2);
          float[] lanes = new float[ROWS * COUNT];
          float[] scale = new float[ROWS];
          weight.load(0, 0);
          for (long r = from; r < to; r += ROWS) {
            int count = (int) Math.min(ROWS, to - r);
            rows.load(r, count);
            results.begin(r, count);
            squares(rows, count, x.padded(), lanes);
            for (int i = 0; i < count; i++) {
              scale[i] = (float) (1 / Math.sqrt(LaneFolds.sum(lanes, i * COUNT) / dim + epsilon));
            }
            for (int i = 0; i < count; i += 4) {
              scale(rows, weight, scale, i, results, x.padded());
            }
            results.store(r, count);
            MemorySegment.copy(scale, 0, scales, ValueLayout.JAVA_FLOAT, r * Float.BYTES, count);
          }
        });
  }

  /** Sums the squares of each row, lane by lane. */
  private static void squares(FloatRows.Band x, int rows, int count, float[] lanes) {
    MemorySegment xs = x.data();
    for (int row = 0; row < rows; row++) {
      long xsAt = x.at() + row * x.apart();
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = 0; i < count; i += COUNT) {
        FloatVector each = load(xs, xsAt + i * 4L);
        sum = each.fma(each, sum);
      }
      sum.intoArray(lanes, row * COUNT);
    }
  }

  /** Four rows at once, for which a vector of weights is read once. */
  private static void scale(
      FloatRows.Band x, FloatBlock weight, float[] scale, int row, FloatRows.Band y, int count) {
    float scale0 = scale[row];
    float scale1 = scale[row + 1];
    float scale2 = scale[row + 2];
    float scale3 = scale[row + 3];
    MemorySegment xs = x.data();
    long x0 = x.at() + row * x.apart();
    long x1 = x0 + x.apart();
    long x2 = x1 + x.apart();
    long x3 = x2 + x.apart();
    MemorySegment weights = weight.data();
    long weightsAt = weight.at();
    MemorySegment ys = y.data();
    long y0 = y.at() + row * y.apart();
    long y1 = y0 + y.apart();
    long y2 = y1 + y.apart();
    long y3 = y2 + y.apart();
    for (int i = 0; i < count; i += COUNT) {
      FloatVector w = load(weights, weightsAt + i * 4L);
      store(load(xs, x0 + i * 4L).mul(scale0).mul(w), ys, y0 + i * 4L);
      store(load(xs, x1 + i * 4L).mul(scale1).mul(w), ys, y1 + i * 4L);
      store(load(xs, x2 + i * 4L).mul(scale2).mul(w), ys, y2 + i * 4L);
      store(load(xs, x3 + i * 4L).mul(scale3).mul(w), ys, y3 + i * 4L);
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
    long rowsPerPart = Math.max(Lanes.grain(dim), Math.ceilDiv(x.count(), PARTS));
    double[][] parts = new double[(int) Math.ceilDiv(x.count(), rowsPerPart)][dim];
    Parallel.range(
        x.count(),
        rowsPerPart,
        (from, to) -> {
          double[] part = parts[(int) (from / rowsPerPart)];
          float[] products = new float[x.padded()];
          FloatRows.Band rows = x.band(0);
          FloatRows.Cursor weight = weights.cursor(1);
          FloatRows.Band dRows = dY.band(2);
          FloatRows.Band results = dX.band(3);
          float[] lanes = new float[ROWS * COUNT];
          float[] scale = new float[ROWS];
          float[] back = new float[ROWS];
          weight.load(0, 0);
          for (long r = from; r < to; r += ROWS) {
            int count = (int) Math.min(ROWS, to - r);
            rows.load(r, count);
            dRows.load(r, count);
            results.begin(r, count);
            along(rows, dRows, weight, count, x.padded(), lanes);
            for (int i = 0; i < count; i++) {
              double s = scales[(int) r + i];
              double along = dScales[(int) r + i] + LaneFolds.sum(lanes, i * COUNT);
              scale[i] = (float) s;
              back[i] = (float) (along * s * s * s / dim);
            }
            for (int i = 0; i < count; i += 4) {
              backRows(rows, dRows, weight, scale, back, i, results, products);
            }
            results.store(r, count);
            boolean full = (r - from) % ROWS_PER_SUM == ROWS_PER_SUM - ROWS || r + ROWS >= to;
            if (full) moveTo(part, products);
          }
        });
    Rows.of(out.get(1)).write(0, total(parts, dim));
  }

  /** Sums weight · dY · x of each row, lane by lane. */
  private static void along(
      FloatRows.Band x, FloatRows.Band dY, FloatBlock weight, int rows, int count, float[] lanes) {
    MemorySegment xs = x.data();
    MemorySegment dYs = dY.data();
    MemorySegment weights = weight.data();
    long weightsAt = weight.at();
    for (int row = 0; row < rows; row++) {
      long xsAt = x.at() + row * x.apart();
      long dYsAt = dY.at() + row * dY.apart();
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = 0; i < count; i += COUNT) {
        FloatVector weighted = load(dYs, dYsAt + i * 4L).mul(load(weights, weightsAt + i * 4L));
        sum = weighted.fma(load(xs, xsAt + i * 4L), sum);
      }
      sum.intoArray(lanes, row * COUNT);
    }
  }

  /** dX = scale · weight · dY - x · back; adds scale · x · dY to the sums of products so far. */
  private static void backRows(
      FloatRows.Band x,
      FloatRows.Band dY,
      FloatBlock weight,
      float[] scale,
      float[] back,
      int row,
      FloatRows.Band dX,
      float[] products) {
    float scale0 = scale[row];
    float scale1 = scale[row + 1];
    float scale2 = scale[row + 2];
    float scale3 = scale[row + 3];
    float back0 = back[row];
    float back1 = back[row + 1];
    float back2 = back[row + 2];
    float back3 = back[row + 3];
    MemorySegment xs = x.data();
    long x0 = x.at() + row * x.apart();
    long x1 = x0 + x.apart();
    long x2 = x1 + x.apart();
    long x3 = x2 + x.apart();
    MemorySegment dYs = dY.data();
    long dY0 = dY.at() + row * dY.apart();
    long dY1 = dY0 + dY.apart();
    long dY2 = dY1 + dY.apart();
    long dY3 = dY2 + dY.apart();
    MemorySegment weights = weight.data();
    long weightsAt = weight.at();
    MemorySegment dXs = dX.data();
    long dX0 = dX.at() + row * dX.apart();
    long dX1 = dX0 + dX.apart();
    long dX2 = dX1 + dX.apart();
    long dX3 = dX2 + dX.apart();
    for (int i = 0; i < products.length; i += COUNT) {
      FloatVector w = load(weights, weightsAt + i * 4L);
      FloatVector sum = FloatVector.fromArray(SPECIES, products, i);
      FloatVector each = load(xs, x0 + i * 4L);
      FloatVector dRow = load(dYs, dY0 + i * 4L);
      store(dRow.mul(w).mul(scale0).sub(each.mul(back0)), dXs, dX0 + i * 4L);
      sum = each.mul(scale0).fma(dRow, sum);
      each = load(xs, x1 + i * 4L);
      dRow = load(dYs, dY1 + i * 4L);
      store(dRow.mul(w).mul(scale1).sub(each.mul(back1)), dXs, dX1 + i * 4L);
      sum = each.mul(scale1).fma(dRow, sum);
      each = load(xs, x2 + i * 4L);
      dRow = load(dYs, dY2 + i * 4L);
      store(dRow.mul(w).mul(scale2).sub(each.mul(back2)), dXs, dX2 + i * 4L);
      sum = each.mul(scale2).fma(dRow, sum);
      each = load(xs, x3 + i * 4L);
      dRow = load(dYs, dY3 + i * 4L);
      store(dRow.mul(w).mul(scale3).sub(each.mul(back3)), dXs, dX3 + i * 4L);
      each.mul(scale3).fma(dRow, sum).intoArray(products, i);
    }
  }

  private static void moveTo(double[] part, float[] sums) {
    for (int i = 0; i < part.length; i++) part[i] += sums[i];
    Arrays.fill(sums, 0);
  }

  private static double[] total(double[][] parts, int dim) {
    double[] total = new double[dim];
    for (double[] part : parts) for (int i = 0; i < dim; i++) total[i] += part[i];
    return total;
  }
}
