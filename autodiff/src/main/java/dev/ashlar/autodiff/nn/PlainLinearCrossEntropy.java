package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.util.Arrays;
import java.util.List;

/** {@link LinearCrossEntropyOp}, position by position in double precision. */
final class PlainLinearCrossEntropy {
  private final CrossEntropyOp op;
  private final long[] targets;
  private final double[][] hidden;
  private final double[][] weight;
  private final double[] bias;
  private final double[][] dHidden;
  private final double[][] dWeight;
  private final double[] dBias;

  PlainLinearCrossEntropy(LinearCrossEntropyOp op, List<Operand> in) {
    this.op = op.perPosition();
    this.targets = Checks.longs(in.get(LinearCrossEntropyOp.TARGETS));
    this.hidden = rows(in.get(LinearCrossEntropyOp.HIDDEN));
    this.weight = rows(in.get(LinearCrossEntropyOp.WEIGHT));
    int classes = weight.length;
    boolean biased = in.size() > LinearCrossEntropyOp.BIAS;
    this.bias = biased ? Checks.doubles(in.get(LinearCrossEntropyOp.BIAS)) : new double[classes];
    int width = in.getFirst().shape().dim(1);
    this.dHidden = new double[hidden.length][width];
    this.dWeight = new double[classes][width];
    this.dBias = new double[classes];
  }

  private static double[][] rows(Operand x) {
    Rows rows = Rows.of(x);
    double[][] all = new double[(int) rows.count()][rows.width()];
    for (int r = 0; r < all.length; r++) rows.read(r, all[r]);
    return all;
  }

  /** Stores the mean, and its gradients in some of the inputs. */
  void run(Operand mean, List<Integer> wanted, List<Operand> gradients) {
    int counted = op.counted(targets, weight.length);
    double total = 0;
    for (int t = 0; t < targets.length; t++) {
      double[] logits = logits(hidden[t]);
      double logSumExp = CrossEntropyOp.logSumExp(logits);
      boolean counts = op.counts(targets[t]);
      if (counts) total += logSumExp - logits[(int) targets[t]];
      if (wanted.isEmpty()) continue;
      if (counts) turnIntoGradient(logits, logSumExp, (int) targets[t], 1.0 / counted);
      else Arrays.fill(logits, 0); // also where it holds NaN
      passBack(t, logits);
    }
    mean.setDouble(mean.layout().offsetElements(), total / counted);
    for (int i = 0; i < wanted.size(); i++) write(wanted.get(i), gradients.get(i));
  }

  private double[] logits(double[] row) {
    double[] logits = bias.clone();
    for (int v = 0; v < logits.length; v++) {
      double sum = 0;
      for (int d = 0; d < row.length; d++) sum += row[d] * weight[v][d];
      logits[v] += sum;
    }
    return logits;
  }

  private static void turnIntoGradient(double[] row, double logSumExp, int target, double spread) {
    for (int v = 0; v < row.length; v++) row[v] = Math.exp(row[v] - logSumExp) * spread;
    row[target] -= spread;
  }

  private void passBack(int t, double[] dLogits) {
    for (int v = 0; v < dLogits.length; v++) {
      for (int d = 0; d < dHidden[t].length; d++) {
        dHidden[t][d] += dLogits[v] * weight[v][d];
        dWeight[v][d] += dLogits[v] * hidden[t][d];
      }
      dBias[v] += dLogits[v];
    }
  }

  private void write(int input, Operand gradient) {
    switch (input) {
      case LinearCrossEntropyOp.HIDDEN -> write(gradient, dHidden);
      case LinearCrossEntropyOp.WEIGHT -> write(gradient, dWeight);
      default -> Rows.of(gradient).write(0, dBias);
    }
  }

  private static void write(Operand gradient, double[][] rows) {
    for (int r = 0; r < rows.length; r++) Rows.of(gradient).write(r, rows[r]);
  }
}
