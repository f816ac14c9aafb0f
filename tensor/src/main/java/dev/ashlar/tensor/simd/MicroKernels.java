package dev.ashlar.tensor.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of the matrix product. Each multiplies a few packed rows of the left matrix
 * by a packed panel of the right one, two vectors wide, with every sum in a register. The methods
 * are written out because C2 keeps vectors in registers only as local variables, and are large so
 * that C2 compiles them by themselves.
 */
final class MicroKernels {
  static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;

  /** Numbers in a vector. */
  static final int LANES = S.length();

  /** Columns of a panel. */
  static final int PANEL = 2 * LANES;

  /** The deepest panel: 8 rows of this depth and a panel flow through a 32 KB first-level cache. */
  static final int DEPTH = 256;

  /**
   * Where the next packed row begins: a constant, so that one register addresses all rows; not a
   * power of two.
   */
  static final int ROW = DEPTH + 16;

  /** Rows of the tallest kernel: as many as have two sums each in registers. */
  static final int HEIGHT = Registers.ARE_MANY ? 8 : 4;

  private MicroKernels() {}

  /** Adds a panel product of 8 rows: c[r, :] += sum over k of a[r, k] · b[k, :]. */
  static void rows8(int depth, float[] a, int at, float[] b, int bt, float[] c, int ct, int width) {
    FloatVector l0 = FloatVector.zero(S);
    FloatVector h0 = FloatVector.zero(S);
    FloatVector l1 = FloatVector.zero(S);
    FloatVector h1 = FloatVector.zero(S);
    FloatVector l2 = FloatVector.zero(S);
    FloatVector h2 = FloatVector.zero(S);
    FloatVector l3 = FloatVector.zero(S);
    FloatVector h3 = FloatVector.zero(S);
    FloatVector l4 = FloatVector.zero(S);
    FloatVector h4 = FloatVector.zero(S);
    FloatVector l5 = FloatVector.zero(S);
    FloatVector h5 = FloatVector.zero(S);
    FloatVector l6 = FloatVector.zero(S);
    FloatVector h6 = FloatVector.zero(S);
    FloatVector l7 = FloatVector.zero(S);
    FloatVector h7 = FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      FloatVector low = FloatVector.fromArray(S, b, bt + k * PANEL);
      FloatVector high = FloatVector.fromArray(S, b, bt + k * PANEL + LANES);
      FloatVector x = FloatVector.broadcast(S, a[at + k]);
      l0 = x.fma(low, l0);
      h0 = x.fma(high, h0);
      x = FloatVector.broadcast(S, a[at + k + ROW]);
      l1 = x.fma(low, l1);
      h1 = x.fma(high, h1);
      x = FloatVector.broadcast(S, a[at + k + 2 * ROW]);
      l2 = x.fma(low, l2);
      h2 = x.fma(high, h2);
      x = FloatVector.broadcast(S, a[at + k + 3 * ROW]);
      l3 = x.fma(low, l3);
      h3 = x.fma(high, h3);
      x = FloatVector.broadcast(S, a[at + k + 4 * ROW]);
      l4 = x.fma(low, l4);
      h4 = x.fma(high, h4);
      x = FloatVector.broadcast(S, a[at + k + 5 * ROW]);
      l5 = x.fma(low, l5);
      h5 = x.fma(high, h5);
      x = FloatVector.broadcast(S, a[at + k + 6 * ROW]);
      l6 = x.fma(low, l6);
      h6 = x.fma(high, h6);
      x = FloatVector.broadcast(S, a[at + k + 7 * ROW]);
      l7 = x.fma(low, l7);
      h7 = x.fma(high, h7);
    }
    l0.add(FloatVector.fromArray(S, c, ct)).intoArray(c, ct);
    h0.add(FloatVector.fromArray(S, c, ct + LANES)).intoArray(c, ct + LANES);
    l1.add(FloatVector.fromArray(S, c, ct + width)).intoArray(c, ct + width);
    h1.add(FloatVector.fromArray(S, c, ct + width + LANES)).intoArray(c, ct + width + LANES);
    l2.add(FloatVector.fromArray(S, c, ct + 2 * width)).intoArray(c, ct + 2 * width);
    h2.add(FloatVector.fromArray(S, c, ct + 2 * width + LANES))
        .intoArray(c, ct + 2 * width + LANES);
    l3.add(FloatVector.fromArray(S, c, ct + 3 * width)).intoArray(c, ct + 3 * width);
    h3.add(FloatVector.fromArray(S, c, ct + 3 * width + LANES))
        .intoArray(c, ct + 3 * width + LANES);
    l4.add(FloatVector.fromArray(S, c, ct + 4 * width)).intoArray(c, ct + 4 * width);
    h4.add(FloatVector.fromArray(S, c, ct + 4 * width + LANES))
        .intoArray(c, ct + 4 * width + LANES);
    l5.add(FloatVector.fromArray(S, c, ct + 5 * width)).intoArray(c, ct + 5 * width);
    h5.add(FloatVector.fromArray(S, c, ct + 5 * width + LANES))
        .intoArray(c, ct + 5 * width + LANES);
    l6.add(FloatVector.fromArray(S, c, ct + 6 * width)).intoArray(c, ct + 6 * width);
    h6.add(FloatVector.fromArray(S, c, ct + 6 * width + LANES))
        .intoArray(c, ct + 6 * width + LANES);
    l7.add(FloatVector.fromArray(S, c, ct + 7 * width)).intoArray(c, ct + 7 * width);
    h7.add(FloatVector.fromArray(S, c, ct + 7 * width + LANES))
        .intoArray(c, ct + 7 * width + LANES);
  }

  /** Adds a panel product of 4 rows: c[r, :] += sum over k of a[r, k] · b[k, :]. */
  static void rows4(int depth, float[] a, int at, float[] b, int bt, float[] c, int ct, int width) {
    FloatVector l0 = FloatVector.zero(S);
    FloatVector h0 = FloatVector.zero(S);
    FloatVector l1 = FloatVector.zero(S);
    FloatVector h1 = FloatVector.zero(S);
    FloatVector l2 = FloatVector.zero(S);
    FloatVector h2 = FloatVector.zero(S);
    FloatVector l3 = FloatVector.zero(S);
    FloatVector h3 = FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      FloatVector low = FloatVector.fromArray(S, b, bt + k * PANEL);
      FloatVector high = FloatVector.fromArray(S, b, bt + k * PANEL + LANES);
      FloatVector x = FloatVector.broadcast(S, a[at + k]);
      l0 = x.fma(low, l0);
      h0 = x.fma(high, h0);
      x = FloatVector.broadcast(S, a[at + k + ROW]);
      l1 = x.fma(low, l1);
      h1 = x.fma(high, h1);
      x = FloatVector.broadcast(S, a[at + k + 2 * ROW]);
      l2 = x.fma(low, l2);
      h2 = x.fma(high, h2);
      x = FloatVector.broadcast(S, a[at + k + 3 * ROW]);
      l3 = x.fma(low, l3);
      h3 = x.fma(high, h3);
    }
    l0.add(FloatVector.fromArray(S, c, ct)).intoArray(c, ct);
    h0.add(FloatVector.fromArray(S, c, ct + LANES)).intoArray(c, ct + LANES);
    l1.add(FloatVector.fromArray(S, c, ct + width)).intoArray(c, ct + width);
    h1.add(FloatVector.fromArray(S, c, ct + width + LANES)).intoArray(c, ct + width + LANES);
    l2.add(FloatVector.fromArray(S, c, ct + 2 * width)).intoArray(c, ct + 2 * width);
    h2.add(FloatVector.fromArray(S, c, ct + 2 * width + LANES))
        .intoArray(c, ct + 2 * width + LANES);
    l3.add(FloatVector.fromArray(S, c, ct + 3 * width)).intoArray(c, ct + 3 * width);
    h3.add(FloatVector.fromArray(S, c, ct + 3 * width + LANES))
        .intoArray(c, ct + 3 * width + LANES);
  }

  /** Adds a panel product of 1 rows: c[r, :] += sum over k of a[r, k] · b[k, :]. */
  static void rows1(int depth, float[] a, int at, float[] b, int bt, float[] c, int ct, int width) {
    FloatVector l0 = FloatVector.zero(S);
    FloatVector h0 = FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      FloatVector low = FloatVector.fromArray(S, b, bt + k * PANEL);
      FloatVector high = FloatVector.fromArray(S, b, bt + k * PANEL + LANES);
      FloatVector x = FloatVector.broadcast(S, a[at + k]);
      l0 = x.fma(low, l0);
      h0 = x.fma(high, h0);
    }
    l0.add(FloatVector.fromArray(S, c, ct)).intoArray(c, ct);
    h0.add(FloatVector.fromArray(S, c, ct + LANES)).intoArray(c, ct + LANES);
  }

  /** The same of 8 rows that lie column by column: a[r, k] is number 8k + r. */
  static void columns8(
      int depth, float[] a, int at, float[] b, int bt, float[] c, int ct, int width) {
    FloatVector l0 = FloatVector.zero(S);
    FloatVector h0 = FloatVector.zero(S);
    FloatVector l1 = FloatVector.zero(S);
    FloatVector h1 = FloatVector.zero(S);
    FloatVector l2 = FloatVector.zero(S);
    FloatVector h2 = FloatVector.zero(S);
    FloatVector l3 = FloatVector.zero(S);
    FloatVector h3 = FloatVector.zero(S);
    FloatVector l4 = FloatVector.zero(S);
    FloatVector h4 = FloatVector.zero(S);
    FloatVector l5 = FloatVector.zero(S);
    FloatVector h5 = FloatVector.zero(S);
    FloatVector l6 = FloatVector.zero(S);
    FloatVector h6 = FloatVector.zero(S);
    FloatVector l7 = FloatVector.zero(S);
    FloatVector h7 = FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      FloatVector low = FloatVector.fromArray(S, b, bt + k * PANEL);
      FloatVector high = FloatVector.fromArray(S, b, bt + k * PANEL + LANES);
      FloatVector x = FloatVector.broadcast(S, a[at + k * 8]);
      l0 = x.fma(low, l0);
      h0 = x.fma(high, h0);
      x = FloatVector.broadcast(S, a[at + k * 8 + 1]);
      l1 = x.fma(low, l1);
      h1 = x.fma(high, h1);
      x = FloatVector.broadcast(S, a[at + k * 8 + 2]);
      l2 = x.fma(low, l2);
      h2 = x.fma(high, h2);
      x = FloatVector.broadcast(S, a[at + k * 8 + 3]);
      l3 = x.fma(low, l3);
      h3 = x.fma(high, h3);
      x = FloatVector.broadcast(S, a[at + k * 8 + 4]);
      l4 = x.fma(low, l4);
      h4 = x.fma(high, h4);
      x = FloatVector.broadcast(S, a[at + k * 8 + 5]);
      l5 = x.fma(low, l5);
      h5 = x.fma(high, h5);
      x = FloatVector.broadcast(S, a[at + k * 8 + 6]);
      l6 = x.fma(low, l6);
      h6 = x.fma(high, h6);
      x = FloatVector.broadcast(S, a[at + k * 8 + 7]);
      l7 = x.fma(low, l7);
      h7 = x.fma(high, h7);
    }
    l0.add(FloatVector.fromArray(S, c, ct)).intoArray(c, ct);
    h0.add(FloatVector.fromArray(S, c, ct + LANES)).intoArray(c, ct + LANES);
    l1.add(FloatVector.fromArray(S, c, ct + width)).intoArray(c, ct + width);
    h1.add(FloatVector.fromArray(S, c, ct + width + LANES)).intoArray(c, ct + width + LANES);
    l2.add(FloatVector.fromArray(S, c, ct + 2 * width)).intoArray(c, ct + 2 * width);
    h2.add(FloatVector.fromArray(S, c, ct + 2 * width + LANES))
        .intoArray(c, ct + 2 * width + LANES);
    l3.add(FloatVector.fromArray(S, c, ct + 3 * width)).intoArray(c, ct + 3 * width);
    h3.add(FloatVector.fromArray(S, c, ct + 3 * width + LANES))
        .intoArray(c, ct + 3 * width + LANES);
    l4.add(FloatVector.fromArray(S, c, ct + 4 * width)).intoArray(c, ct + 4 * width);
    h4.add(FloatVector.fromArray(S, c, ct + 4 * width + LANES))
        .intoArray(c, ct + 4 * width + LANES);
    l5.add(FloatVector.fromArray(S, c, ct + 5 * width)).intoArray(c, ct + 5 * width);
    h5.add(FloatVector.fromArray(S, c, ct + 5 * width + LANES))
        .intoArray(c, ct + 5 * width + LANES);
    l6.add(FloatVector.fromArray(S, c, ct + 6 * width)).intoArray(c, ct + 6 * width);
    h6.add(FloatVector.fromArray(S, c, ct + 6 * width + LANES))
        .intoArray(c, ct + 6 * width + LANES);
    l7.add(FloatVector.fromArray(S, c, ct + 7 * width)).intoArray(c, ct + 7 * width);
    h7.add(FloatVector.fromArray(S, c, ct + 7 * width + LANES))
        .intoArray(c, ct + 7 * width + LANES);
  }

  /** The same of 4 rows that lie column by column. */
  static void columns4(
      int depth, float[] a, int at, float[] b, int bt, float[] c, int ct, int width) {
    FloatVector l0 = FloatVector.zero(S);
    FloatVector h0 = FloatVector.zero(S);
    FloatVector l1 = FloatVector.zero(S);
    FloatVector h1 = FloatVector.zero(S);
    FloatVector l2 = FloatVector.zero(S);
    FloatVector h2 = FloatVector.zero(S);
    FloatVector l3 = FloatVector.zero(S);
    FloatVector h3 = FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      FloatVector low = FloatVector.fromArray(S, b, bt + k * PANEL);
      FloatVector high = FloatVector.fromArray(S, b, bt + k * PANEL + LANES);
      FloatVector x = FloatVector.broadcast(S, a[at + k * 4]);
      l0 = x.fma(low, l0);
      h0 = x.fma(high, h0);
      x = FloatVector.broadcast(S, a[at + k * 4 + 1]);
      l1 = x.fma(low, l1);
      h1 = x.fma(high, h1);
      x = FloatVector.broadcast(S, a[at + k * 4 + 2]);
      l2 = x.fma(low, l2);
      h2 = x.fma(high, h2);
      x = FloatVector.broadcast(S, a[at + k * 4 + 3]);
      l3 = x.fma(low, l3);
      h3 = x.fma(high, h3);
    }
    l0.add(FloatVector.fromArray(S, c, ct)).intoArray(c, ct);
    h0.add(FloatVector.fromArray(S, c, ct + LANES)).intoArray(c, ct + LANES);
    l1.add(FloatVector.fromArray(S, c, ct + width)).intoArray(c, ct + width);
    h1.add(FloatVector.fromArray(S, c, ct + width + LANES)).intoArray(c, ct + width + LANES);
    l2.add(FloatVector.fromArray(S, c, ct + 2 * width)).intoArray(c, ct + 2 * width);
    h2.add(FloatVector.fromArray(S, c, ct + 2 * width + LANES))
        .intoArray(c, ct + 2 * width + LANES);
    l3.add(FloatVector.fromArray(S, c, ct + 3 * width)).intoArray(c, ct + 3 * width);
    h3.add(FloatVector.fromArray(S, c, ct + 3 * width + LANES))
        .intoArray(c, ct + 3 * width + LANES);
  }
}
