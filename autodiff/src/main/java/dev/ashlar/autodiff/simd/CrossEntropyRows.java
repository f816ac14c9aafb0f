package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.SPECIES;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.FloatBlock;
import dev.ashlar.tensor.simd.blocks.FloatRows;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.lanes.VectorMath;
import dev.ashlar.tensor.simd.softmax.SoftmaxRows;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** {@link CrossEntropyOp}, row by row. */
final class CrossEntropyRows {
  private CrossEntropyRows() {}

  static void forward(CrossEntropyOp op, List<Operand> in, List<Operand> out) {
    FloatRows logits = FloatRows.of(in.get(0));
    long[] targets = Columns.longs(in.get(1));
    MemorySegment losses = out.get(0).elements();
    MemorySegment logSumExps = out.get(1).elements();
    MemorySegment totals = out.get(2).elements();
    int classes = logits.width();
    Parallel.range(
        targets.length,
        Lanes.grain(classes),
        (from, to) -> {
          FloatRows.Cursor row = logits.cursor(0);
          for (int r = (int) from; r < to; r++) {
            // e^-infinity is 0: the padding adds nothing.
            row.load(r, Float.NEGATIVE_INFINITY);
            double logSumExp = SoftmaxRows.logSumExp(row, logits.padded());
            boolean counts = op.counts(targets[r]);
            double loss = counts ? logSumExp - row.get(op.checked(targets[r], r, classes)) : 0;
            losses.setAtIndex(ValueLayout.JAVA_FLOAT, r, (float) loss);
            float rounded = (float) logSumExp;
            double total = CrossEntropyOp.total(logSumExp, rounded);
            logSumExps.setAtIndex(ValueLayout.JAVA_FLOAT, r, rounded);
            totals.setAtIndex(ValueLayout.JAVA_FLOAT, r, (float) total);
          }
        });
  }

  /** (logits, targets, logSumExp, total, dLoss, dLogSumExp) -> dLogits. */
  static void backward(CrossEntropyOp op, List<Operand> in, List<Operand> out) {
    FloatRows logits = FloatRows.of(in.get(0));
    long[] targets = Columns.longs(in.get(1));
    double[] logSumExps = Columns.doubles(in.get(2));
    double[] totals = Columns.doubles(in.get(3));
    double[] dLosses = Columns.doubles(in.get(4));
    double[] dLogSumExps = Columns.doubles(in.get(5));
    FloatRows dLogits = FloatRows.of(out.getFirst());
    int classes = logits.width();
    Parallel.range(
        targets.length,
        Lanes.grain(classes),
        (from, to) -> {
          FloatRows.Cursor row = logits.cursor(0);
          FloatRows.Cursor dRow = dLogits.cursor(1);
          for (int r = (int) from; r < to; r++) {
            boolean counts = op.counts(targets[r]);
            double dLoss = counts ? dLosses[r] : 0;
            double spread = dLoss + dLogSumExps[r];
            dRow.begin(r);
            if (spread == 0) {
              zero(dRow, logits.padded()); // also where an ignored row holds NaN
            } else {
              row.load(r, Float.NEGATIVE_INFINITY);
              float factor = (float) (spread / totals[r]);
              softmax(row, dRow, (float) logSumExps[r], factor, logits.padded());
            }
            if (counts) {
              int target = op.checked(targets[r], r, classes);
              dRow.set(target, dRow.get(target) - (float) dLoss);
            }
            dRow.store(r);
          }
        });
  }

  static void zero(FloatBlock row, int count) {
    MemorySegment to = row.data();
    long toAt = row.at();
    for (int i = 0; i < count; i += SPECIES.length())
      store(FloatVector.zero(SPECIES), to, toAt + i * 4L);
  }

  static void softmax(FloatBlock row, FloatBlock dRow, float logSumExp, float factor, int count) {
    Loops.Map loop = (x, xAt, y, yAt, n) -> softmax(x, xAt, logSumExp, factor, y, yAt, n);
    Apart.compute(loop, row.data(), row.at(), dRow.data(), dRow.at(), count);
  }

  /** Products that would be subnormal are 0: what they are multiplied by next would be slow. */
  private static void softmax(
      MemorySegment x,
      long xAt,
      float logSumExp,
      float factor,
      MemorySegment y,
      long yAt,
      int count) {
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector shifted = load(x, xAt + i * 4L).sub(logSumExp);
      store(Lanes.flushed(VectorMath.expFlushed(shifted).mul(factor)), y, yAt + i * 4L);
    }
  }
}
