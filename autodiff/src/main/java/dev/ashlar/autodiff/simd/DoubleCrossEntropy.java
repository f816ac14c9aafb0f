package dev.ashlar.autodiff.simd;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.simd.softmax.DoubleSoftmax;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import dev.ashlar.tensor.spi.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * {@link CrossEntropyOp} in F64, row by row in memory of the thread's own, filled up with
 * -infinity.
 */
final class DoubleCrossEntropy {
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  private DoubleCrossEntropy() {}

  static void forward(CrossEntropyOp op, List<Operand> in, List<Operand> out) {
    var logits = new Logits(in.getFirst());
    long[] targets = Columns.longs(in.get(1));
    MemorySegment losses = out.get(0).elements();
    MemorySegment logSumExps = out.get(1).elements();
    MemorySegment totals = out.get(2).elements();
    Parallel.range(
        targets.length,
        Lanes.grain(logits.classes),
        (from, to) -> {
          MemorySegment row = logits.line();
          for (int r = (int) from; r < to; r++) {
            logits.read(r, row);
            double logSumExp = DoubleSoftmax.logSumExp(row, 0, logits.padded);
            double loss = 0;
            if (op.counts(targets[r])) {
              int target = op.checked(targets[r], r, logits.classes);
              loss = logSumExp - row.getAtIndex(DOUBLE, target);
            }
            losses.setAtIndex(DOUBLE, r, loss);
            logSumExps.setAtIndex(DOUBLE, r, logSumExp);
            totals.setAtIndex(DOUBLE, r, CrossEntropyOp.total(logSumExp, logSumExp));
          }
        });
  }

  /** (logits, targets, logSumExp, total, dLoss, dLogSumExp) -> dLogits. */
  static void backward(CrossEntropyOp op, List<Operand> in, List<Operand> out) {
    var logits = new Logits(in.getFirst());
    long[] targets = Columns.longs(in.get(1));
    double[] logSumExps = Columns.doubles(in.get(2));
    double[] totals = Columns.doubles(in.get(3));
    double[] dLosses = Columns.doubles(in.get(4));
    double[] dLogSumExps = Columns.doubles(in.get(5));
    Window dLogits = Window.of(out.getFirst(), out.getFirst().shape());
    int classes = logits.classes;
    Parallel.range(
        targets.length,
        Lanes.grain(classes),
        (from, to) -> {
          MemorySegment row = logits.line();
          for (int r = (int) from; r < to; r++) {
            boolean counts = op.counts(targets[r]);
            double dLoss = counts ? dLosses[r] : 0;
            double spread = dLoss + dLogSumExps[r];
            if (spread == 0) {
              row.fill((byte) 0); // also where an ignored row holds NaN
            } else {
              logits.read(r, row);
              DoubleSoftmax.softmax(row, 0, logSumExps[r], spread / totals[r], logits.padded);
            }
            if (counts) {
              int target = op.checked(targets[r], r, classes);
              row.setAtIndex(DOUBLE, target, row.getAtIndex(DOUBLE, target) - dLoss);
            }
            dLogits.write((long) r * classes, row, classes);
          }
        });
  }

  /** Rows of logits, which threads read into lines of their own. */
  private static final class Logits {
    private final Window window;
    private final int classes;
    private final int padded;

    Logits(Operand x) {
      this.window = Window.of(x, x.shape());
      this.classes = Rows.of(x).width();
      this.padded = DoubleVectors.wholeVectors(classes);
    }

    MemorySegment line() {
      return Scratch.own()
          .line(0, padded * (Double.BYTES / Float.BYTES))
          .asSlice(0, (long) padded * Double.BYTES);
    }

    void read(long row, MemorySegment into) {
      window.read(row * classes, into, classes);
      for (int i = classes; i < padded; i++) {
        into.setAtIndex(DOUBLE, i, Double.NEGATIVE_INFINITY);
      }
    }
  }
}
