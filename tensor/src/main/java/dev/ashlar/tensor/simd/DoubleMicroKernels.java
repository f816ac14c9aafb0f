package dev.ashlar.tensor.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of the product of F64 matrices, as {@link MicroKernels} are of F32. Vectors
 * have half as many numbers, and panels half as many columns.
 */
final class DoubleMicroKernels {
  static final VectorSpecies<Double> S = Doubles.D;

  /** Numbers in a vector. */
  static final int LANES = DoubleVectors.LANES;

  /** Columns of a panel. */
  static final int PANEL = 2 * LANES;

  /** The deepest panel: a few rows of this depth stay in a 32 KB first-level cache. */
  static final int DEPTH = 256;

  /** Where the next packed row begins: not a power of two. */
  static final int ROW = DEPTH + 8;

  /** Rows of the tallest kernel. */
  static final int HEIGHT = Registers.ARE_MANY ? 8 : 4;

  private DoubleMicroKernels() {}

  /** Multiplies a panel by 8 rows: c[r, :] = before[r, :] + sum over k of a[r, k] · b[k, :]. */
  static void rows8(
      int depth,
      double[] a,
      int at,
      double[] b,
      int bt,
      double[] before,
      int from,
      double[] c,
      int ct) {
    DoubleVector l0 = DoubleVector.zero(S);
    DoubleVector h0 = DoubleVector.zero(S);
    DoubleVector l1 = DoubleVector.zero(S);
    DoubleVector h1 = DoubleVector.zero(S);
    DoubleVector l2 = DoubleVector.zero(S);
    DoubleVector h2 = DoubleVector.zero(S);
    DoubleVector l3 = DoubleVector.zero(S);
    DoubleVector h3 = DoubleVector.zero(S);
    DoubleVector l4 = DoubleVector.zero(S);
    DoubleVector h4 = DoubleVector.zero(S);
    DoubleVector l5 = DoubleVector.zero(S);
    DoubleVector h5 = DoubleVector.zero(S);
    DoubleVector l6 = DoubleVector.zero(S);
    DoubleVector h6 = DoubleVector.zero(S);
    DoubleVector l7 = DoubleVector.zero(S);
    DoubleVector h7 = DoubleVector.zero(S);
    for (int k = 0; k < depth; k++) {
      DoubleVector low = DoubleVector.fromArray(S, b, bt + k * PANEL);
      DoubleVector high = DoubleVector.fromArray(S, b, bt + k * PANEL + LANES);
      DoubleVector x = DoubleVector.broadcast(S, a[at + k]);
      l0 = x.fma(low, l0);
      h0 = x.fma(high, h0);
      x = DoubleVector.broadcast(S, a[at + k + ROW]);
      l1 = x.fma(low, l1);
      h1 = x.fma(high, h1);
      x = DoubleVector.broadcast(S, a[at + k + 2 * ROW]);
      l2 = x.fma(low, l2);
      h2 = x.fma(high, h2);
      x = DoubleVector.broadcast(S, a[at + k + 3 * ROW]);
      l3 = x.fma(low, l3);
      h3 = x.fma(high, h3);
      x = DoubleVector.broadcast(S, a[at + k + 4 * ROW]);
      l4 = x.fma(low, l4);
      h4 = x.fma(high, h4);
      x = DoubleVector.broadcast(S, a[at + k + 5 * ROW]);
      l5 = x.fma(low, l5);
      h5 = x.fma(high, h5);
      x = DoubleVector.broadcast(S, a[at + k + 6 * ROW]);
      l6 = x.fma(low, l6);
      h6 = x.fma(high, h6);
      x = DoubleVector.broadcast(S, a[at + k + 7 * ROW]);
      l7 = x.fma(low, l7);
      h7 = x.fma(high, h7);
    }
    l0.add(DoubleVector.fromArray(S, before, from)).intoArray(c, ct);
    h0.add(DoubleVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
    l1.add(DoubleVector.fromArray(S, before, from + PANEL)).intoArray(c, ct + PANEL);
    h1.add(DoubleVector.fromArray(S, before, from + PANEL + LANES))
        .intoArray(c, ct + PANEL + LANES);
    l2.add(DoubleVector.fromArray(S, before, from + 2 * PANEL)).intoArray(c, ct + 2 * PANEL);
    h2.add(DoubleVector.fromArray(S, before, from + 2 * PANEL + LANES))
        .intoArray(c, ct + 2 * PANEL + LANES);
    l3.add(DoubleVector.fromArray(S, before, from + 3 * PANEL)).intoArray(c, ct + 3 * PANEL);
    h3.add(DoubleVector.fromArray(S, before, from + 3 * PANEL + LANES))
        .intoArray(c, ct + 3 * PANEL + LANES);
    l4.add(DoubleVector.fromArray(S, before, from + 4 * PANEL)).intoArray(c, ct + 4 * PANEL);
    h4.add(DoubleVector.fromArray(S, before, from + 4 * PANEL + LANES))
        .intoArray(c, ct + 4 * PANEL + LANES);
    l5.add(DoubleVector.fromArray(S, before, from + 5 * PANEL)).intoArray(c, ct + 5 * PANEL);
    h5.add(DoubleVector.fromArray(S, before, from + 5 * PANEL + LANES))
        .intoArray(c, ct + 5 * PANEL + LANES);
    l6.add(DoubleVector.fromArray(S, before, from + 6 * PANEL)).intoArray(c, ct + 6 * PANEL);
    h6.add(DoubleVector.fromArray(S, before, from + 6 * PANEL + LANES))
        .intoArray(c, ct + 6 * PANEL + LANES);
    l7.add(DoubleVector.fromArray(S, before, from + 7 * PANEL)).intoArray(c, ct + 7 * PANEL);
    h7.add(DoubleVector.fromArray(S, before, from + 7 * PANEL + LANES))
        .intoArray(c, ct + 7 * PANEL + LANES);
  }

  /** Multiplies a panel by 4 rows: c[r, :] = before[r, :] + sum over k of a[r, k] · b[k, :]. */
  static void rows4(
      int depth,
      double[] a,
      int at,
      double[] b,
      int bt,
      double[] before,
      int from,
      double[] c,
      int ct) {
    DoubleVector l0 = DoubleVector.zero(S);
    DoubleVector h0 = DoubleVector.zero(S);
    DoubleVector l1 = DoubleVector.zero(S);
    DoubleVector h1 = DoubleVector.zero(S);
    DoubleVector l2 = DoubleVector.zero(S);
    DoubleVector h2 = DoubleVector.zero(S);
    DoubleVector l3 = DoubleVector.zero(S);
    DoubleVector h3 = DoubleVector.zero(S);
    for (int k = 0; k < depth; k++) {
      DoubleVector low = DoubleVector.fromArray(S, b, bt + k * PANEL);
      DoubleVector high = DoubleVector.fromArray(S, b, bt + k * PANEL + LANES);
      DoubleVector x = DoubleVector.broadcast(S, a[at + k]);
      l0 = x.fma(low, l0);
      h0 = x.fma(high, h0);
      x = DoubleVector.broadcast(S, a[at + k + ROW]);
      l1 = x.fma(low, l1);
      h1 = x.fma(high, h1);
      x = DoubleVector.broadcast(S, a[at + k + 2 * ROW]);
      l2 = x.fma(low, l2);
      h2 = x.fma(high, h2);
      x = DoubleVector.broadcast(S, a[at + k + 3 * ROW]);
      l3 = x.fma(low, l3);
      h3 = x.fma(high, h3);
    }
    l0.add(DoubleVector.fromArray(S, before, from)).intoArray(c, ct);
    h0.add(DoubleVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
    l1.add(DoubleVector.fromArray(S, before, from + PANEL)).intoArray(c, ct + PANEL);
    h1.add(DoubleVector.fromArray(S, before, from + PANEL + LANES))
        .intoArray(c, ct + PANEL + LANES);
    l2.add(DoubleVector.fromArray(S, before, from + 2 * PANEL)).intoArray(c, ct + 2 * PANEL);
    h2.add(DoubleVector.fromArray(S, before, from + 2 * PANEL + LANES))
        .intoArray(c, ct + 2 * PANEL + LANES);
    l3.add(DoubleVector.fromArray(S, before, from + 3 * PANEL)).intoArray(c, ct + 3 * PANEL);
    h3.add(DoubleVector.fromArray(S, before, from + 3 * PANEL + LANES))
        .intoArray(c, ct + 3 * PANEL + LANES);
  }

  /** Multiplies a panel by one row: c[r, :] = before[r, :] + sum over k of a[r, k] · b[k, :]. */
  static void rows1(
      int depth,
      double[] a,
      int at,
      double[] b,
      int bt,
      double[] before,
      int from,
      double[] c,
      int ct) {
    DoubleVector l0 = DoubleVector.zero(S);
    DoubleVector h0 = DoubleVector.zero(S);
    for (int k = 0; k < depth; k++) {
      DoubleVector low = DoubleVector.fromArray(S, b, bt + k * PANEL);
      DoubleVector high = DoubleVector.fromArray(S, b, bt + k * PANEL + LANES);
      DoubleVector x = DoubleVector.broadcast(S, a[at + k]);
      l0 = x.fma(low, l0);
      h0 = x.fma(high, h0);
    }
    l0.add(DoubleVector.fromArray(S, before, from)).intoArray(c, ct);
    h0.add(DoubleVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
  }
}
