package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;

import dev.ashlar.tensor.simd.lanes.Registers;
import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops of the matrix product. Each multiplies a few packed rows of the left matrix
 * by a packed panel of the right one with every sum in a register: c[r, :] = before[r, :] + sum
 * over k of a[r, k] · b[k, :], where rows of c are {@link #PANEL} numbers apart. One index counts
 * the rounds and addresses rows and panel: a second one costs instructions in every round, and a
 * core that serves another thread too has few to spare. The methods are written out because C2
 * keeps vectors in registers only as local variables, and are large so that C2 compiles them by
 * themselves.
 */
final class MicroKernels {
  /**
   * Columns of a panel: with 24 sums in registers, six rows by four vectors, a number that was read
   * is used most often.
   */
  static final int PANEL = Registers.ARE_MANY ? 4 * LANES : 2 * LANES;

  /** Rows of the tallest kernel. */
  static final int HEIGHT = Registers.ARE_MANY ? 6 : 4;

  /** The deepest panel: it and a few rows stay near while all rows of a task pass by. */
  static final int DEPTH = 256;

  /**
   * Where the next packed row begins: a constant, so that one register addresses all rows; not a
   * power of two.
   */
  static final int ROW = DEPTH + 16;

  private MicroKernels() {}

  /** Six rows by four vectors. */
  static void sixByFour(
      int depth,
      float[] a,
      int at,
      float[] b,
      int bt,
      float[] before,
      int from,
      float[] c,
      int ct) {
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = FloatVector.zero(S);
    FloatVector c02 = FloatVector.zero(S);
    FloatVector c03 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    FloatVector c12 = FloatVector.zero(S);
    FloatVector c13 = FloatVector.zero(S);
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = FloatVector.zero(S);
    FloatVector c22 = FloatVector.zero(S);
    FloatVector c23 = FloatVector.zero(S);
    FloatVector c30 = FloatVector.zero(S);
    FloatVector c31 = FloatVector.zero(S);
    FloatVector c32 = FloatVector.zero(S);
    FloatVector c33 = FloatVector.zero(S);
    FloatVector c40 = FloatVector.zero(S);
    FloatVector c41 = FloatVector.zero(S);
    FloatVector c42 = FloatVector.zero(S);
    FloatVector c43 = FloatVector.zero(S);
    FloatVector c50 = FloatVector.zero(S);
    FloatVector c51 = FloatVector.zero(S);
    FloatVector c52 = FloatVector.zero(S);
    FloatVector c53 = FloatVector.zero(S);
    int end = at + depth;
    int line = bt - at * PANEL;
    for (int k = at; k < end; k++) {
      FloatVector b0 = FloatVector.fromArray(S, b, line + k * PANEL);
      FloatVector b1 = FloatVector.fromArray(S, b, line + k * PANEL + LANES);
      FloatVector b2 = FloatVector.fromArray(S, b, line + k * PANEL + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(S, b, line + k * PANEL + 3 * LANES);
      FloatVector x = FloatVector.broadcast(S, a[k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      c02 = x.fma(b2, c02);
      c03 = x.fma(b3, c03);
      x = FloatVector.broadcast(S, a[k + ROW]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      c12 = x.fma(b2, c12);
      c13 = x.fma(b3, c13);
      x = FloatVector.broadcast(S, a[k + 2 * ROW]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      c22 = x.fma(b2, c22);
      c23 = x.fma(b3, c23);
      x = FloatVector.broadcast(S, a[k + 3 * ROW]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      c32 = x.fma(b2, c32);
      c33 = x.fma(b3, c33);
      x = FloatVector.broadcast(S, a[k + 4 * ROW]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      c42 = x.fma(b2, c42);
      c43 = x.fma(b3, c43);
      x = FloatVector.broadcast(S, a[k + 5 * ROW]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
      c52 = x.fma(b2, c52);
      c53 = x.fma(b3, c53);
    }
    c00.add(FloatVector.fromArray(S, before, from)).intoArray(c, ct);
    c01.add(FloatVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
    c02.add(FloatVector.fromArray(S, before, from + 2 * LANES)).intoArray(c, ct + 2 * LANES);
    c03.add(FloatVector.fromArray(S, before, from + 3 * LANES)).intoArray(c, ct + 3 * LANES);
    c10.add(FloatVector.fromArray(S, before, from + PANEL)).intoArray(c, ct + PANEL);
    c11.add(FloatVector.fromArray(S, before, from + PANEL + LANES))
        .intoArray(c, ct + PANEL + LANES);
    c12.add(FloatVector.fromArray(S, before, from + PANEL + 2 * LANES))
        .intoArray(c, ct + PANEL + 2 * LANES);
    c13.add(FloatVector.fromArray(S, before, from + PANEL + 3 * LANES))
        .intoArray(c, ct + PANEL + 3 * LANES);
    c20.add(FloatVector.fromArray(S, before, from + 2 * PANEL)).intoArray(c, ct + 2 * PANEL);
    c21.add(FloatVector.fromArray(S, before, from + 2 * PANEL + LANES))
        .intoArray(c, ct + 2 * PANEL + LANES);
    c22.add(FloatVector.fromArray(S, before, from + 2 * PANEL + 2 * LANES))
        .intoArray(c, ct + 2 * PANEL + 2 * LANES);
    c23.add(FloatVector.fromArray(S, before, from + 2 * PANEL + 3 * LANES))
        .intoArray(c, ct + 2 * PANEL + 3 * LANES);
    c30.add(FloatVector.fromArray(S, before, from + 3 * PANEL)).intoArray(c, ct + 3 * PANEL);
    c31.add(FloatVector.fromArray(S, before, from + 3 * PANEL + LANES))
        .intoArray(c, ct + 3 * PANEL + LANES);
    c32.add(FloatVector.fromArray(S, before, from + 3 * PANEL + 2 * LANES))
        .intoArray(c, ct + 3 * PANEL + 2 * LANES);
    c33.add(FloatVector.fromArray(S, before, from + 3 * PANEL + 3 * LANES))
        .intoArray(c, ct + 3 * PANEL + 3 * LANES);
    c40.add(FloatVector.fromArray(S, before, from + 4 * PANEL)).intoArray(c, ct + 4 * PANEL);
    c41.add(FloatVector.fromArray(S, before, from + 4 * PANEL + LANES))
        .intoArray(c, ct + 4 * PANEL + LANES);
    c42.add(FloatVector.fromArray(S, before, from + 4 * PANEL + 2 * LANES))
        .intoArray(c, ct + 4 * PANEL + 2 * LANES);
    c43.add(FloatVector.fromArray(S, before, from + 4 * PANEL + 3 * LANES))
        .intoArray(c, ct + 4 * PANEL + 3 * LANES);
    c50.add(FloatVector.fromArray(S, before, from + 5 * PANEL)).intoArray(c, ct + 5 * PANEL);
    c51.add(FloatVector.fromArray(S, before, from + 5 * PANEL + LANES))
        .intoArray(c, ct + 5 * PANEL + LANES);
    c52.add(FloatVector.fromArray(S, before, from + 5 * PANEL + 2 * LANES))
        .intoArray(c, ct + 5 * PANEL + 2 * LANES);
    c53.add(FloatVector.fromArray(S, before, from + 5 * PANEL + 3 * LANES))
        .intoArray(c, ct + 5 * PANEL + 3 * LANES);
  }

  /** Six rows by two vectors: half a panel. */
  static void sixByTwo(
      int depth,
      float[] a,
      int at,
      float[] b,
      int bt,
      float[] before,
      int from,
      float[] c,
      int ct) {
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = FloatVector.zero(S);
    FloatVector c30 = FloatVector.zero(S);
    FloatVector c31 = FloatVector.zero(S);
    FloatVector c40 = FloatVector.zero(S);
    FloatVector c41 = FloatVector.zero(S);
    FloatVector c50 = FloatVector.zero(S);
    FloatVector c51 = FloatVector.zero(S);
    int end = at + depth;
    int line = bt - at * PANEL;
    for (int k = at; k < end; k++) {
      FloatVector b0 = FloatVector.fromArray(S, b, line + k * PANEL);
      FloatVector b1 = FloatVector.fromArray(S, b, line + k * PANEL + LANES);
      FloatVector x = FloatVector.broadcast(S, a[k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(S, a[k + ROW]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(S, a[k + 2 * ROW]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(S, a[k + 3 * ROW]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      x = FloatVector.broadcast(S, a[k + 4 * ROW]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      x = FloatVector.broadcast(S, a[k + 5 * ROW]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
    }
    c00.add(FloatVector.fromArray(S, before, from)).intoArray(c, ct);
    c01.add(FloatVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
    c10.add(FloatVector.fromArray(S, before, from + PANEL)).intoArray(c, ct + PANEL);
    c11.add(FloatVector.fromArray(S, before, from + PANEL + LANES))
        .intoArray(c, ct + PANEL + LANES);
    c20.add(FloatVector.fromArray(S, before, from + 2 * PANEL)).intoArray(c, ct + 2 * PANEL);
    c21.add(FloatVector.fromArray(S, before, from + 2 * PANEL + LANES))
        .intoArray(c, ct + 2 * PANEL + LANES);
    c30.add(FloatVector.fromArray(S, before, from + 3 * PANEL)).intoArray(c, ct + 3 * PANEL);
    c31.add(FloatVector.fromArray(S, before, from + 3 * PANEL + LANES))
        .intoArray(c, ct + 3 * PANEL + LANES);
    c40.add(FloatVector.fromArray(S, before, from + 4 * PANEL)).intoArray(c, ct + 4 * PANEL);
    c41.add(FloatVector.fromArray(S, before, from + 4 * PANEL + LANES))
        .intoArray(c, ct + 4 * PANEL + LANES);
    c50.add(FloatVector.fromArray(S, before, from + 5 * PANEL)).intoArray(c, ct + 5 * PANEL);
    c51.add(FloatVector.fromArray(S, before, from + 5 * PANEL + LANES))
        .intoArray(c, ct + 5 * PANEL + LANES);
  }

  /** Four rows by two vectors. */
  static void fourByTwo(
      int depth,
      float[] a,
      int at,
      float[] b,
      int bt,
      float[] before,
      int from,
      float[] c,
      int ct) {
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = FloatVector.zero(S);
    FloatVector c30 = FloatVector.zero(S);
    FloatVector c31 = FloatVector.zero(S);
    int end = at + depth;
    int line = bt - at * PANEL;
    for (int k = at; k < end; k++) {
      FloatVector b0 = FloatVector.fromArray(S, b, line + k * PANEL);
      FloatVector b1 = FloatVector.fromArray(S, b, line + k * PANEL + LANES);
      FloatVector x = FloatVector.broadcast(S, a[k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(S, a[k + ROW]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(S, a[k + 2 * ROW]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(S, a[k + 3 * ROW]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
    }
    c00.add(FloatVector.fromArray(S, before, from)).intoArray(c, ct);
    c01.add(FloatVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
    c10.add(FloatVector.fromArray(S, before, from + PANEL)).intoArray(c, ct + PANEL);
    c11.add(FloatVector.fromArray(S, before, from + PANEL + LANES))
        .intoArray(c, ct + PANEL + LANES);
    c20.add(FloatVector.fromArray(S, before, from + 2 * PANEL)).intoArray(c, ct + 2 * PANEL);
    c21.add(FloatVector.fromArray(S, before, from + 2 * PANEL + LANES))
        .intoArray(c, ct + 2 * PANEL + LANES);
    c30.add(FloatVector.fromArray(S, before, from + 3 * PANEL)).intoArray(c, ct + 3 * PANEL);
    c31.add(FloatVector.fromArray(S, before, from + 3 * PANEL + LANES))
        .intoArray(c, ct + 3 * PANEL + LANES);
  }

  /** Two rows by two vectors. */
  static void twoByTwo(
      int depth,
      float[] a,
      int at,
      float[] b,
      int bt,
      float[] before,
      int from,
      float[] c,
      int ct) {
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    int end = at + depth;
    int line = bt - at * PANEL;
    for (int k = at; k < end; k++) {
      FloatVector b0 = FloatVector.fromArray(S, b, line + k * PANEL);
      FloatVector b1 = FloatVector.fromArray(S, b, line + k * PANEL + LANES);
      FloatVector x = FloatVector.broadcast(S, a[k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(S, a[k + ROW]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
    }
    c00.add(FloatVector.fromArray(S, before, from)).intoArray(c, ct);
    c01.add(FloatVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
    c10.add(FloatVector.fromArray(S, before, from + PANEL)).intoArray(c, ct + PANEL);
    c11.add(FloatVector.fromArray(S, before, from + PANEL + LANES))
        .intoArray(c, ct + PANEL + LANES);
  }
}
