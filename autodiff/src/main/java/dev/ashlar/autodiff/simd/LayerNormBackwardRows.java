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
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * {@link dev.ashlar.autodiff.nn.LayerNormOp.Backward}, row by row: two sums, then the gradients.
 * That in the bias is summed up in double precision, since what it adds up was not rounded before.
 */
final class LayerNormBackwardRows {
  private LayerNormBackwardRows() {}

  /** (x, weight, mean, scale, dY, dMean, dScale) -> (dX, dWeight, dBias). */
  static void run(List<Operand> in, List<Operand> out) {
    FloatRows x = FloatRows.of(in.get(0));
    FloatRows weights = FloatRows.of(in.get(1));
    FloatRows dY = FloatRows.of(in.get(4));
    FloatRows dX = FloatRows.of(out.get(0));
    int dim = x.width();
    double[] means = Columns.doubles(in.get(2));
    double[] scales = Columns.doubles(in.get(3));
    double[] dMeans = Columns.doubles(in.get(5));
    double[] dScales = Columns.doubles(in.get(6));
    var dWeight = new ColumnSums(x.count(), dim);
    var dBias = new ColumnSums(x.count(), dim);
    Parallel.range(
        x.count(),
        dWeight.rowsPerPart(),
        (from, to) -> {
          float[] products = new float[x.padded()];
          double[] biasSums = dBias.part(from);
          FloatRows.Cursor row = x.cursor(0);
          FloatRows.Cursor weight = weights.cursor(1);
          FloatRows.Cursor dRow = dY.cursor(2);
          FloatRows.Cursor result = dX.cursor(3);
          float[] lanes = new float[2 * COUNT];
          weight.load(0, 0);
          for (long r = from; r < to; r++) {
            int i = (int) r;
            float mean = (float) means[i];
            double scale = scales[i];
            row.load(r, mean);
            dRow.load(r, 0);
            result.begin(r);
            sums(row, dRow, weight, mean, x.padded(), lanes);
            double along = LaneFolds.sum(lanes, COUNT) + dScales[i];
            float weightedMean = (float) (LaneFolds.sum(lanes, 0) / dim);
            float back = (float) (along * scale * scale * scale / dim);
            float shift = (float) (dMeans[i] / dim);
            backRow(
                row,
                dRow,
                weight,
                mean,
                (float) scale,
                weightedMean,
                back,
                shift,
                result,
                products);
            addTo(biasSums, dRow, x.padded());
            result.store(r);
            if (ColumnSums.due(r, from, to)) dWeight.add(from, products);
          }
        });
    dWeight.write(out.get(1));
    dBias.write(out.get(2));
  }

  /** Puts the lanes of the sums of weight · dY and of that times x - mean side by side. */
  private static void sums(
      FloatBlock x, FloatBlock dY, FloatBlock weight, float mean, int count, float[] lanes) {
    MemorySegment xs = known(x.data());
    long xsAt = x.at();
    MemorySegment dYs = known(dY.data());
    long dYsAt = dY.at();
    MemorySegment weights = known(weight.data());
    long weightsAt = weight.at();
    FloatVector sum = FloatVector.zero(SPECIES);
    FloatVector along = sum;
    for (int i = 0; i < count; i += COUNT) {
      FloatVector weighted =
          fromMemorySegment(SPECIES, dYs, dYsAt + i * 4L, ORDER)
              .mul(fromMemorySegment(SPECIES, weights, weightsAt + i * 4L, ORDER));
      sum = sum.add(weighted);
      along = fromMemorySegment(SPECIES, xs, xsAt + i * 4L, ORDER).sub(mean).fma(weighted, along);
    }
    sum.intoArray(lanes, 0);
    along.intoArray(lanes, COUNT);
  }

  /**
   * dX = scale · (weight · dY - weightedMean) - (x - mean) · back + shift; adds scale · (x - mean)
   * · dY to the sums of products so far.
   */
  private static void backRow(
      FloatBlock x,
      FloatBlock dY,
      FloatBlock weight,
      float mean,
      float scale,
      float weightedMean,
      float back,
      float shift,
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
    FloatVector factor = FloatVector.broadcast(SPECIES, scale);
    FloatVector minusBack = FloatVector.broadcast(SPECIES, -back);
    FloatVector added = FloatVector.broadcast(SPECIES, shift);
    for (int i = 0; i < products.length; i += COUNT) {
      FloatVector centered = fromMemorySegment(SPECIES, xs, xsAt + i * 4L, ORDER).sub(mean);
      FloatVector dRow = fromMemorySegment(SPECIES, dYs, dYsAt + i * 4L, ORDER);
      FloatVector weighted =
          dRow.mul(fromMemorySegment(SPECIES, weights, weightsAt + i * 4L, ORDER));
      FloatVector sum = FloatVector.fromArray(SPECIES, products, i);
      weighted
          .sub(weightedMean)
          .fma(factor, centered.fma(minusBack, added))
          .intoMemorySegment(dXs, dXsAt + i * 4L, ORDER);
      centered.mul(scale).fma(dRow, sum).intoArray(products, i);
    }
  }

  private static void addTo(double[] sums, FloatBlock x, int count) {
    MemorySegment xs = known(x.data());
    long at = x.at();
    for (int i = 0; i < count; i += D.length()) {
      DoubleVector.fromArray(D, sums, i)
          .add(fromMemorySegment(HALF, xs, at + i * 4L, ORDER).convertShape(F2D, D, 0))
          .intoArray(sums, i);
    }
  }
}
