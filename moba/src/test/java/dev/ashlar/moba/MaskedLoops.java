package dev.ashlar.moba;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Block attention by the masked form of its definition, in loops over all pairs and double
 * precision: shares no line with what it checks. Beside every number it keeps the sum of the
 * absolute values of the terms that make it up, which bounds what rounding may do to it.
 */
final class MaskedLoops {
  private final AttentionInputs in;
  private final Packing packing;
  private final int heads;
  private final int size;
  private final double scale;

  /** The numbers, and the absolute sums of the same shapes. */
  final AttentionInputs.Answers numbers;

  final AttentionInputs.Answers magnitudes;

  /** The greatest sum of |q_d k_d|, scaled: what a logit's rounding is relative to. */
  final double greatestLogit;

  private MaskedLoops(AttentionInputs in, int[] selected, int most) {
    this.in = in;
    this.packing = in.of().packing();
    this.heads = in.of().heads();
    this.size = in.of().headDim();
    this.scale = 1 / Math.sqrt(size);
    numbers = empty();
    magnitudes = empty();
    int total = packing.total();
    double greatest = 0;
    for (int s = 0; s < packing.sequences(); s++) {
      for (int t = packing.start(s); t < packing.end(s); t++) {
        for (int h = 0; h < heads; h++) {
          boolean[] seen = new boolean[total];
          for (int j = packing.start(s); j <= t; j++) {
            int block = (j - packing.start(s)) / in.of().blockSize();
            int at = (t * heads + h) * most;
            for (int i = at; i < at + most; i++) seen[j] |= selected[i] == block;
          }
          greatest = Math.max(greatest, row(t, h, seen));
        }
      }
    }
    greatestLogit = greatest;
  }

  /** Attends to the blocks of a selection [T, H, most]. */
  static MaskedLoops over(AttentionInputs in, int[] selected) {
    int rows = in.of().packing().total() * in.of().heads();
    return new MaskedLoops(in, selected, rows == 0 ? 0 : selected.length / rows);
  }

  private AttentionInputs.Answers empty() {
    int queries = in.query().length;
    int keys = in.key().length;
    return new AttentionInputs.Answers(
        new double[queries],
        new double[queries / size],
        new double[queries],
        new double[keys],
        new double[keys]);
  }

  private double row(int t, int h, boolean[] seen) {
    int q = (t * heads + h) * size;
    double[] x = new double[seen.length];
    double most = Double.NEGATIVE_INFINITY;
    double greatest = 0;
    for (int j = 0; j < seen.length; j++) {
      if (!seen[j]) continue;
      double weight = 0;
      for (int d = 0; d < size; d++) {
        x[j] += scale * in.query()[q + d] * in.key()[keyAt(j, h) + d];
        weight += scale * Math.abs(in.query()[q + d] * in.key()[keyAt(j, h) + d]);
      }
      most = Math.max(most, x[j]);
      greatest = Math.max(greatest, weight);
    }
    double sum = 0;
    for (int j = 0; j < seen.length; j++) if (seen[j]) sum += Math.exp(x[j] - most);
    double lse = most + Math.log(sum);
    numbers.lse()[t * heads + h] = lse;
    magnitudes.lse()[t * heads + h] = 1 + Math.abs(most);
    double[] p = new double[seen.length];
    for (int j = 0; j < seen.length; j++) if (seen[j]) p[j] = Math.exp(x[j] - most) / sum;
    backward(t, h, p, forward(q, h, p));
    return greatest;
  }

  /** Returns delta = dOut · out, and its absolute sum. */
  private double[] forward(int q, int h, double[] p) {
    double[] delta = new double[2];
    for (int d = 0; d < size; d++) {
      for (int j = 0; j < p.length; j++) {
        double term = p[j] * in.value()[keyAt(j, h) + d];
        numbers.out()[q + d] += term;
        magnitudes.out()[q + d] += Math.abs(term);
      }
      delta[0] += in.dOut()[q + d] * numbers.out()[q + d];
      delta[1] += Math.abs(in.dOut()[q + d]) * magnitudes.out()[q + d];
    }
    return delta;
  }

  private void backward(int t, int h, double[] p, double[] delta) {
    int q = (t * heads + h) * size;
    double dLse = in.dLse()[t * heads + h];
    for (int j = 0; j < p.length; j++) {
      if (p[j] == 0) continue;
      int k = keyAt(j, h);
      double dP = 0;
      double weight = delta[1] + Math.abs(dLse);
      for (int d = 0; d < size; d++) {
        double term = in.dOut()[q + d] * in.value()[k + d];
        dP += term;
        weight += Math.abs(term);
        numbers.dValue()[k + d] += p[j] * in.dOut()[q + d];
        magnitudes.dValue()[k + d] += p[j] * Math.abs(in.dOut()[q + d]);
      }
      double dX = scale * p[j] * (dP - delta[0] + dLse);
      for (int d = 0; d < size; d++) {
        numbers.dQuery()[q + d] += dX * in.key()[k + d];
        magnitudes.dQuery()[q + d] += scale * p[j] * weight * Math.abs(in.key()[k + d]);
        numbers.dKey()[k + d] += dX * in.query()[q + d];
        magnitudes.dKey()[k + d] += scale * p[j] * weight * Math.abs(in.query()[q + d]);
      }
    }
  }

  private int keyAt(int j, int h) {
    return (j * in.of().keyHeads() + h / in.of().group()) * size;
  }

  // ---- The gate.

  /** Returns the scores of the past blocks of row t, head h: query · mean of the block's keys. */
  static double[] scores(AttentionInputs in, int t, int h) {
    return scores(in, t, h, x -> x);
  }

  /** Returns, for each past block, the sum of the absolute values that make up its score. */
  static double[] scoreMagnitudes(AttentionInputs in, int t, int h) {
    return scores(in, t, h, Math::abs);
  }

  private static double[] scores(AttentionInputs in, int t, int h, DoubleUnaryOperator each) {
    AttentionCase of = in.of();
    int start = of.packing().startOfRow()[t];
    double[] scores = new double[(t - start) / of.blockSize()];
    for (int b = 0; b < scores.length; b++) {
      for (int d = 0; d < of.headDim(); d++) {
        double mean = 0;
        for (int i = 0; i < of.blockSize(); i++) {
          int row = start + b * of.blockSize() + i;
          int at = (row * of.keyHeads() + h / of.group()) * of.headDim() + d;
          mean += each.applyAsDouble(in.key()[at]);
        }
        mean /= of.blockSize();
        int at = (t * of.heads() + h) * of.headDim() + d;
        scores[b] += mean * each.applyAsDouble(in.query()[at]);
      }
    }
    return scores;
  }

  /**
   * Returns the least distance, relative to the greatest score of the row, between a block that the
   * gate takes and one that it leaves; infinite where every row takes all.
   */
  static double gap(AttentionInputs in) {
    double gap = Double.POSITIVE_INFINITY;
    for (int t = 0; t < in.of().packing().total(); t++) {
      for (int h = 0; h < in.of().heads(); h++) {
        double[] scores = scores(in, t, h);
        int left = scores.length - (in.of().topK() - 1);
        if (left <= 0 || left == scores.length) continue;
        double greatest = Arrays.stream(scores).map(Math::abs).max().orElseThrow();
        Arrays.sort(scores);
        gap = Math.min(gap, (scores[left] - scores[left - 1]) / Math.max(greatest, 1e-300));
      }
    }
    return gap;
  }
}
