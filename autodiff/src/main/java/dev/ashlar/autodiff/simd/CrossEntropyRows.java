package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.SPECIES;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.tensor.simd.VectorMath;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import dev.ashlar.tensor.spi.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** {@link CrossEntropyOp}, row by row. */
final class CrossEntropyRows {
  private CrossEntropyRows() {}

  static void forward(CrossEntropyOp op, List<Operand> in, List<Operand> out) {
    Rows logits = Rows.of(in.get(0));
    long[] targets = Columns.longs(in.get(1));
    MemorySegment losses = out.get(0).elements();
    MemorySegment logSumExps = out.get(1).elements();
    int classes = logits.width();
    Parallel.range(
        targets.length,
        Lanes.grain(classes),
        (from, to) -> {
          // e^-infinity is 0: the padding adds nothing.
          float[] row = Lanes.array(classes, Float.NEGATIVE_INFINITY);
          for (int r = (int) from; r < to; r++) {
            logits.read(r, 0, row, classes);
            double logSumExp = logSumExp(row);
            boolean counts = op.counts(targets[r]);
            double loss = counts ? logSumExp - row[op.checked(targets[r], r, classes)] : 0;
            losses.setAtIndex(ValueLayout.JAVA_FLOAT, r, (float) loss);
            logSumExps.setAtIndex(ValueLayout.JAVA_FLOAT, r, (float) logSumExp);
          }
        });
  }

  private static double logSumExp(float[] row) {
    float max = max(row);
    if (Float.isInfinite(max)) return max;
    return StrictMath.log(sumExp(row, max)) + max;
  }

  private static float max(float[] row) {
    FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < row.length; i += SPECIES.length()) {
      max = max.max(FloatVector.fromArray(SPECIES, row, i));
    }
    return Lanes.max(max);
  }

  private static double sumExp(float[] row, float max) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < row.length; i += SPECIES.length()) {
      sum = sum.add(VectorMath.expFlushed(FloatVector.fromArray(SPECIES, row, i).sub(max)));
    }
    return Lanes.sum(sum);
  }

  /** (logits, targets, logSumExp, dLoss, dLogSumExp) -> dLogits. */
  static void backward(CrossEntropyOp op, List<Operand> in, List<Operand> out) {
    Rows logits = Rows.of(in.get(0));
    long[] targets = Columns.longs(in.get(1));
    double[] logSumExps = Columns.doubles(in.get(2));
    double[] dLosses = Columns.doubles(in.get(3));
    double[] dLogSumExps = Columns.doubles(in.get(4));
    Rows dLogits = Rows.of(out.getFirst());
    int classes = logits.width();
    Parallel.range(
        targets.length,
        Lanes.grain(classes),
        (from, to) -> {
          float[] row = Lanes.array(classes, 0);
          for (int r = (int) from; r < to; r++) {
            boolean counts = op.counts(targets[r]);
            double dLoss = counts ? dLosses[r] : 0;
            double spread = dLoss + dLogSumExps[r];
            if (spread == 0) {
              Arrays.fill(row, 0); // also where an ignored row holds NaN
            } else {
              logits.read(r, 0, row, classes);
              softmax(row, (float) logSumExps[r], (float) spread);
            }
            if (counts) row[op.checked(targets[r], r, classes)] -= (float) dLoss;
            dLogits.write(r, 0, row, classes);
          }
        });
  }

  private static void softmax(float[] row, float logSumExp, float spread) {
    for (int i = 0; i < row.length; i += SPECIES.length()) {
      FloatVector shifted = FloatVector.fromArray(SPECIES, row, i).sub(logSumExp);
      VectorMath.expFlushed(shifted).mul(spread).intoArray(row, i);
    }
  }
}
