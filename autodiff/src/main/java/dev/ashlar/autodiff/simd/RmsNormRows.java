package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.SPECIES;

import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import dev.ashlar.tensor.spi.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** {@link dev.ashlar.autodiff.nn.RmsNormOp}, row by row. */
final class RmsNormRows {
  // Partial sums of the weight's gradient: at most so many, whatever the number of threads.
  private static final int PARTS = 64;

  private RmsNormRows() {}

  static void forward(double epsilon, List<Operand> in, List<Operand> out) {
    Rows x = Rows.of(in.get(0));
    Rows y = Rows.of(out.get(0));
    int dim = x.width();
    float[] weight = row(in.get(1), dim);
    MemorySegment scales = out.get(1).elements();
    Parallel.range(
        x.count(),
        Lanes.grain(dim),
        (from, to) -> {
          float[] row = Lanes.array(dim, 0);
          float[] result = new float[row.length];
          for (long r = from; r < to; r++) {
            x.read(r, 0, row, dim);
            float scale = (float) (1 / Math.sqrt(squares(row) / dim + epsilon));
            scale(row, weight, scale, result);
            y.write(r, 0, result, dim);
            scales.setAtIndex(ValueLayout.JAVA_FLOAT, r, scale);
          }
        });
  }

  private static float[] row(Operand x, int dim) {
    float[] row = Lanes.array(dim, 0);
    Rows.of(x).read(0, 0, row, dim);
    return row;
  }

  private static double squares(float[] x) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < x.length; i += SPECIES.length()) {
      FloatVector each = FloatVector.fromArray(SPECIES, x, i);
      sum = each.fma(each, sum);
    }
    return Lanes.sum(sum);
  }

  private static void scale(float[] x, float[] weight, float scale, float[] y) {
    for (int i = 0; i < x.length; i += SPECIES.length()) {
      FloatVector scaled = FloatVector.fromArray(SPECIES, x, i).mul(scale);
      scaled.mul(FloatVector.fromArray(SPECIES, weight, i)).intoArray(y, i);
    }
  }

  /** (x, weight, scale, dY, dScale) -> (dX, dWeight). */
  static void backward(List<Operand> in, List<Operand> out) {
    Rows x = Rows.of(in.get(0));
    Rows dY = Rows.of(in.get(3));
    Rows dX = Rows.of(out.get(0));
    int dim = x.width();
    float[] weight = row(in.get(1), dim);
    double[] scales = Columns.doubles(in.get(2));
    double[] dScales = Columns.doubles(in.get(4));
    long rowsPerPart = Math.max(Lanes.grain(dim), Math.ceilDiv(x.count(), PARTS));
    double[][] parts = new double[(int) Math.ceilDiv(x.count(), rowsPerPart)][dim];
    Parallel.range(
        x.count(),
        rowsPerPart,
        (from, to) -> {
          double[] part = parts[(int) (from / rowsPerPart)];
          float[] row = Lanes.array(dim, 0);
          float[] dRow = Lanes.array(dim, 0);
          float[] result = new float[row.length];
          float[] products = new float[row.length];
          for (long r = from; r < to; r++) {
            x.read(r, 0, row, dim);
            dY.read(r, 0, dRow, dim);
            double scale = scales[(int) r];
            double along = dScales[(int) r] + along(row, dRow, weight);
            float back = (float) (along * scale * scale * scale / dim);
            backRow(row, dRow, weight, (float) scale, back, result, products);
            dX.write(r, 0, result, dim);
            for (int i = 0; i < dim; i++) part[i] += products[i];
          }
        });
    float[] dWeight = new float[dim];
    for (int i = 0; i < dim; i++) {
      double sum = 0;
      for (double[] part : parts) sum += part[i];
      dWeight[i] = (float) sum;
    }
    Rows.of(out.get(1)).write(0, 0, dWeight, dim);
  }

  private static double along(float[] x, float[] dY, float[] weight) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < x.length; i += SPECIES.length()) {
      FloatVector weighted =
          FloatVector.fromArray(SPECIES, dY, i).mul(FloatVector.fromArray(SPECIES, weight, i));
      sum = weighted.fma(FloatVector.fromArray(SPECIES, x, i), sum);
    }
    return Lanes.sum(sum);
  }

  private static void backRow(
      float[] x,
      float[] dY,
      float[] weight,
      float scale,
      float back,
      float[] dX,
      float[] products) {
    for (int i = 0; i < x.length; i += SPECIES.length()) {
      FloatVector each = FloatVector.fromArray(SPECIES, x, i);
      FloatVector gradient = FloatVector.fromArray(SPECIES, dY, i);
      FloatVector weighted = gradient.mul(FloatVector.fromArray(SPECIES, weight, i));
      weighted.mul(scale).sub(each.mul(back)).intoArray(dX, i);
      each.mul(scale).mul(gradient).intoArray(products, i);
    }
  }
}
