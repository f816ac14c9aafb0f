package dev.ashlar.autodiff.simd;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.wholeVectors;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static jdk.incubator.vector.DoubleVector.fromMemorySegment;

import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.simd.lanes.LaneFolds;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import dev.ashlar.tensor.spi.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import org.jspecify.annotations.Nullable;

/**
 * {@link dev.ashlar.autodiff.nn.RmsNormOp} and {@link dev.ashlar.autodiff.nn.LayerNormOp} in F64,
 * row by row in memory of the thread's own: the former is the latter with means and biases of 0.
 */
final class DoubleNorms {
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  private DoubleNorms() {}

  /** (x, weight) -> (y, scale). */
  static void rmsNorm(double epsilon, List<Operand> in, List<Operand> out) {
    forward(epsilon, in.get(0), in.get(1), null, out.get(0), null, out.get(1));
  }

  /** (x, weight, bias) -> (y, mean, scale). */
  static void layerNorm(double epsilon, List<Operand> in, List<Operand> out) {
    forward(epsilon, in.get(0), in.get(1), in.get(2), out.get(0), out.get(1), out.get(2));
  }

  private static void forward(
      double epsilon,
      Operand x,
      Operand weight,
      @Nullable Operand bias,
      Operand y,
      @Nullable Operand means,
      Operand scales) {
    Rows rows = Rows.of(x);
    int dim = rows.width();
    int padded = wholeVectors(dim);
    Window from = Window.of(x, x.shape());
    Window to = Window.of(y, y.shape());
    double[] weights = row(weight, padded);
    double[] biases = bias == null ? new double[padded] : row(bias, padded);
    Parallel.range(
        rows.count(),
        Lanes.grain(dim),
        (first, end) -> {
          MemorySegment row = line(0, padded);
          for (long r = first; r < end; r++) {
            from.read(r * dim, row, dim);
            double mean = 0;
            if (means != null) {
              pad(row, dim, padded, 0);
              mean = sum(row, padded) / dim;
              means.elements().setAtIndex(DOUBLE, r, mean);
            }
            pad(row, dim, padded, mean);
            double scale = 1 / Math.sqrt(squares(row, mean, padded) / dim + epsilon);
            scale(row, weights, biases, mean, scale);
            to.write(r * dim, row, dim);
            scales.elements().setAtIndex(DOUBLE, r, scale);
          }
        });
  }

  private static MemorySegment line(int slot, int padded) {
    return Scratch.own().line(slot, padded * (Double.BYTES / Float.BYTES));
  }

  /** Returns a row of one number for each column, and zeros up to the end of the last vector. */
  private static double[] row(Operand x, int padded) {
    double[] row = new double[padded];
    Rows.of(x).read(0, row);
    return row;
  }

  private static void pad(MemorySegment row, int dim, int padded, double value) {
    for (int i = dim; i < padded; i++) row.setAtIndex(DOUBLE, i, value);
  }

  /** Two sums by turns, so that one addition need not wait for the last. */
  private static double sum(MemorySegment row, int count) {
    MemorySegment xs = known(row);
    DoubleVector sum = DoubleVector.zero(D);
    DoubleVector other = sum;
    for (int i = 0; i < count; i += LANES) {
      DoubleVector next = sum.add(fromMemorySegment(D, xs, i * 8L, ORDER));
      sum = other;
      other = next;
    }
    return LaneFolds.sum(sum.add(other));
  }

  private static double squares(MemorySegment row, double mean, int count) {
    MemorySegment xs = known(row);
    DoubleVector sum = DoubleVector.zero(D);
    DoubleVector other = sum;
    for (int i = 0; i < count; i += LANES) {
      DoubleVector centered = fromMemorySegment(D, xs, i * 8L, ORDER).sub(mean);
      DoubleVector next = centered.fma(centered, sum);
      sum = other;
      other = next;
    }
    return LaneFolds.sum(sum.add(other));
  }

  /** x = (x - mean) · scale · weight + bias. */
  private static void scale(
      MemorySegment row, double[] weights, double[] biases, double mean, double scale) {
    MemorySegment xs = known(row);
    for (int i = 0; i < weights.length; i += LANES) {
      fromMemorySegment(D, xs, i * 8L, ORDER)
          .sub(mean)
          .mul(scale)
          .fma(DoubleVector.fromArray(D, weights, i), DoubleVector.fromArray(D, biases, i))
          .intoMemorySegment(xs, i * 8L, ORDER);
    }
  }

  /** (x, weight, scale, dY, dScale) -> (dX, dWeight). */
  static void rmsNormBackward(List<Operand> in, List<Operand> out) {
    backward(in.get(0), in.get(1), null, in.get(2), in.get(3), null, in.get(4), out);
  }

  /** (x, weight, mean, scale, dY, dMean, dScale) -> (dX, dWeight, dBias). */
  static void layerNormBackward(List<Operand> in, List<Operand> out) {
    backward(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5), in.get(6), out);
  }

  private static void backward(
      Operand x,
      Operand weight,
      @Nullable Operand mean,
      Operand scale,
      Operand dY,
      @Nullable Operand dMean,
      Operand dScale,
      List<Operand> out) {
    Rows rows = Rows.of(x);
    int dim = rows.width();
    int padded = wholeVectors(dim);
    Window from = Window.of(x, x.shape());
    Window dFrom = Window.of(dY, dY.shape());
    Window to = Window.of(out.getFirst(), x.shape());
    double[] weights = row(weight, padded);
    double[] scales = Columns.doubles(scale);
    double[] means = mean == null ? new double[scales.length] : Columns.doubles(mean);
    double[] dMeans = dMean == null ? means : Columns.doubles(dMean);
    double[] dScales = Columns.doubles(dScale);
    var dWeight = new ColumnSums(rows.count(), dim);
    var dBias = new ColumnSums(rows.count(), dim);
    Parallel.range(
        rows.count(),
        dWeight.rowsPerPart(),
        (first, end) -> {
          MemorySegment row = line(0, padded);
          MemorySegment dRow = line(1, padded);
          double[] lanes = new double[2 * LANES];
          for (int r = (int) first; r < end; r++) {
            from.read((long) r * dim, row, dim);
            dFrom.read((long) r * dim, dRow, dim);
            pad(row, dim, padded, means[r]);
            pad(dRow, dim, padded, 0);
            sums(row, dRow, weights, means[r], lanes);
            double along = sum(lanes, LANES) + dScales[r];
            double back = along * scales[r] * scales[r] * scales[r] / dim;
            double shift = 0;
            if (mean != null) {
              shift = (dMeans[r] - scales[r] * sum(lanes, 0)) / dim;
              add(dRow, dBias.part(first), padded);
            }
            backRow(row, dRow, weights, means[r], scales[r], back, shift, dWeight.part(first));
            to.write((long) r * dim, dRow, dim);
          }
        });
    dWeight.write(out.get(1));
    if (mean != null) dBias.write(out.get(2));
  }

  /** Puts the lanes of the sums of weight · dY and of that times x - mean side by side. */
  private static void sums(
      MemorySegment row, MemorySegment dRow, double[] weights, double mean, double[] lanes) {
    MemorySegment xs = known(row);
    MemorySegment dYs = known(dRow);
    DoubleVector sum = DoubleVector.zero(D);
    DoubleVector along = sum;
    for (int i = 0; i < weights.length; i += LANES) {
      DoubleVector weighted =
          fromMemorySegment(D, dYs, i * 8L, ORDER).mul(DoubleVector.fromArray(D, weights, i));
      sum = sum.add(weighted);
      along = fromMemorySegment(D, xs, i * 8L, ORDER).sub(mean).fma(weighted, along);
    }
    sum.intoArray(lanes, 0);
    along.intoArray(lanes, LANES);
  }

  private static double sum(double[] lanes, int at) {
    return LaneFolds.sum(DoubleVector.fromArray(D, lanes, at));
  }

  private static void add(MemorySegment row, double[] sums, int count) {
    MemorySegment xs = known(row);
    for (int i = 0; i < count; i += LANES) {
      DoubleVector.fromArray(D, sums, i)
          .add(fromMemorySegment(D, xs, i * 8L, ORDER))
          .intoArray(sums, i);
    }
  }

  /**
   * Puts scale · weight · dY - (x - mean) · back + shift in the place of dY; adds scale · (x -
   * mean) · dY to the sums of products.
   */
  private static void backRow(
      MemorySegment row,
      MemorySegment dRow,
      double[] weights,
      double mean,
      double scale,
      double back,
      double shift,
      double[] products) {
    MemorySegment xs = known(row);
    MemorySegment dYs = known(dRow);
    for (int i = 0; i < weights.length; i += LANES) {
      DoubleVector centered = fromMemorySegment(D, xs, i * 8L, ORDER).sub(mean);
      DoubleVector dY = fromMemorySegment(D, dYs, i * 8L, ORDER);
      centered.mul(scale).fma(dY, DoubleVector.fromArray(D, products, i)).intoArray(products, i);
      DoubleVector.fromArray(D, weights, i)
          .mul(scale)
          .mul(dY)
          .sub(centered.mul(back))
          .add(shift)
          .intoMemorySegment(dYs, i * 8L, ORDER);
    }
  }
}
