package dev.ashlar.moba;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;

/**
 * Attention by plain loops, in double precision for either element type: what the fused operations
 * mean. Each row streams over the ranges of keys it may see and touches no other key, so that a NaN
 * elsewhere cannot reach it.
 */
final class PlainAttention {
  private final int rows;
  private final int heads;
  private final int keyHeads;
  private final int size;
  private final double scale;
  private final VisibleKeys visible;
  private final double[] query;
  private final double[] key;
  private final double[] value;

  PlainAttention(List<Operand> in, double scale, VisibleKeys visible) {
    Shape shape = in.get(0).shape();
    this.rows = shape.dim(0);
    this.heads = shape.dim(1);
    this.keyHeads = in.get(1).shape().dim(1);
    this.size = shape.dim(2);
    this.scale = scale;
    this.visible = visible;
    this.query = RowMajor.doubles(in.get(0));
    this.key = RowMajor.doubles(in.get(1));
    this.value = RowMajor.doubles(in.get(2));
  }

  /** Writes out [T, H, D] and logSumExp [T, H]. */
  void forward(Operand out, Operand logSumExp) {
    double[] o = new double[rows * heads * size];
    double[] lse = new double[rows * heads];
    Parallel.range(
        (long) rows * heads,
        16,
        (from, to) -> {
          for (int i = (int) from; i < to; i++) lse[i] = row(i / heads, i % heads, o, i * size);
        });
    RowMajor.store(o, out);
    RowMajor.store(lse, logSumExp);
  }

  /** One row, streaming: the running maximum m, the sum l and o are rescaled when m grows. */
  private double row(int t, int h, double[] o, int at) {
    double m = -Double.MAX_VALUE;
    double l = 0;
    for (int range = 0; range < visible.count(t, h); range++) {
      int from = visible.from(t, h, range);
      int to = visible.to(t, h, range);
      double[] x = logits(t, h, from, to);
      double higher = m;
      for (double logit : x) higher = Math.max(higher, logit);
      double shrink = StrictMath.exp(m - higher);
      l *= shrink;
      for (int d = 0; d < size; d++) o[at + d] *= shrink;
      for (int j = from; j < to; j++) {
        double p = StrictMath.exp(x[j - from] - higher);
        l += p;
        int v = keyAt(j, h);
        for (int d = 0; d < size; d++) o[at + d] += p * value[v + d];
      }
      m = higher;
    }
    for (int d = 0; d < size; d++) o[at + d] /= l;
    return m + StrictMath.log(l);
  }

  private double[] logits(int t, int h, int from, int to) {
    double[] x = new double[to - from];
    for (int j = from; j < to; j++) x[j - from] = logit(t, h, j);
    return x;
  }

  private double logit(int t, int h, int j) {
    return scale * dot(query, (t * heads + h) * size, key, keyAt(j, h));
  }

  private double dot(double[] a, int aAt, double[] b, int bAt) {
    double sum = 0;
    for (int d = 0; d < size; d++) sum += a[aAt + d] * b[bAt + d];
    return sum;
  }

  private int keyAt(int j, int h) {
    return (j * keyHeads + h / (heads / keyHeads)) * size;
  }

  /** What the backward pass reads: out and logSumExp as saved, and the gradients that came in. */
  record Saved(double[] out, double[] lse, double[] dOut, double[] dLse) {
    static Saved of(List<Operand> in) {
      return new Saved(
          RowMajor.doubles(in.get(0)),
          RowMajor.doubles(in.get(1)),
          RowMajor.doubles(in.get(2)),
          RowMajor.doubles(in.get(3)));
    }
  }

  /** Writes dQuery, dKey and dValue; a key-value head and its queries belong to one thread. */
  void backward(Saved saved, List<Operand> out) {
    double[] dQuery = new double[query.length];
    double[] dKey = new double[key.length];
    double[] dValue = new double[value.length];
    int group = heads / keyHeads;
    Parallel.range(
        keyHeads,
        1,
        (from, to) -> {
          for (int h = (int) from * group; h < to * group; h++) {
            for (int t = 0; t < rows; t++) backRow(t, h, saved, dQuery, dKey, dValue);
          }
        });
    RowMajor.store(dQuery, out.get(0));
    RowMajor.store(dKey, out.get(1));
    RowMajor.store(dValue, out.get(2));
  }

  /** P = exp(x - lse), dP = dOut·v, dX = P (dP - dOut·out + dLse): arXiv 2205.14135, B.2. */
  private void backRow(int t, int h, Saved saved, double[] dQuery, double[] dKey, double[] dValue) {
    int at = (t * heads + h) * size;
    double delta = dot(saved.dOut, at, saved.out, at) - saved.dLse[t * heads + h];
    for (int range = 0; range < visible.count(t, h); range++) {
      for (int j = visible.from(t, h, range); j < visible.to(t, h, range); j++) {
        int k = keyAt(j, h);
        double p = StrictMath.exp(logit(t, h, j) - saved.lse[t * heads + h]);
        double dX = p * (dot(saved.dOut, at, value, k) - delta) * scale;
        for (int d = 0; d < size; d++) {
          dQuery[at + d] += dX * key[k + d];
          dKey[k + d] += dX * query[at + d];
          dValue[k + d] += p * saved.dOut[at + d];
        }
      }
    }
  }
}
