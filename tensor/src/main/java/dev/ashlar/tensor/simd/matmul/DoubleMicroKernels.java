package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;

import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.simd.lanes.Doubles;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.simd.lanes.Registers;
import java.lang.foreign.MemorySegment;
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
  static final int PANEL = Registers.ARE_MANY ? 4 * LANES : 2 * LANES;

  /** The deepest panel. */
  static final int DEPTH = 256;

  /** Where the next packed row begins: not a power of two. */
  static final int ROW = DEPTH + 8;

  /** Rows of the tallest kernel. */
  static final int HEIGHT = Registers.ARE_MANY ? 6 : 4;

  /** Bytes of a vector. */
  private static final long VECTOR = (long) LANES * Double.BYTES;

  /** Bytes from a line of a panel to the next. */
  private static final long LINE = (long) PANEL * Double.BYTES;

  private DoubleMicroKernels() {}

  /** Six rows by four vectors. */
  static void sixByFour(
      int depth,
      double[] a,
      int at,
      MemorySegment b,
      long bt,
      double[] before,
      int from,
      double[] c,
      int ct) {
    MemorySegment panel = FloatVectors.known(b);
    DoubleVector c00 = DoubleVector.zero(S);
    DoubleVector c01 = DoubleVector.zero(S);
    DoubleVector c02 = DoubleVector.zero(S);
    DoubleVector c03 = DoubleVector.zero(S);
    DoubleVector c10 = DoubleVector.zero(S);
    DoubleVector c11 = DoubleVector.zero(S);
    DoubleVector c12 = DoubleVector.zero(S);
    DoubleVector c13 = DoubleVector.zero(S);
    DoubleVector c20 = DoubleVector.zero(S);
    DoubleVector c21 = DoubleVector.zero(S);
    DoubleVector c22 = DoubleVector.zero(S);
    DoubleVector c23 = DoubleVector.zero(S);
    DoubleVector c30 = DoubleVector.zero(S);
    DoubleVector c31 = DoubleVector.zero(S);
    DoubleVector c32 = DoubleVector.zero(S);
    DoubleVector c33 = DoubleVector.zero(S);
    DoubleVector c40 = DoubleVector.zero(S);
    DoubleVector c41 = DoubleVector.zero(S);
    DoubleVector c42 = DoubleVector.zero(S);
    DoubleVector c43 = DoubleVector.zero(S);
    DoubleVector c50 = DoubleVector.zero(S);
    DoubleVector c51 = DoubleVector.zero(S);
    DoubleVector c52 = DoubleVector.zero(S);
    DoubleVector c53 = DoubleVector.zero(S);
    for (int k = 0; k < depth; k++) {
      DoubleVector b0 = DoubleVector.fromMemorySegment(S, panel, bt + k * LINE, ORDER);
      DoubleVector b1 = DoubleVector.fromMemorySegment(S, panel, bt + k * LINE + VECTOR, ORDER);
      DoubleVector b2 = DoubleVector.fromMemorySegment(S, panel, bt + k * LINE + 2 * VECTOR, ORDER);
      DoubleVector b3 = DoubleVector.fromMemorySegment(S, panel, bt + k * LINE + 3 * VECTOR, ORDER);
      DoubleVector x = DoubleVector.broadcast(S, a[at + k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      c02 = x.fma(b2, c02);
      c03 = x.fma(b3, c03);
      x = DoubleVector.broadcast(S, a[at + k + ROW]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      c12 = x.fma(b2, c12);
      c13 = x.fma(b3, c13);
      x = DoubleVector.broadcast(S, a[at + k + 2 * ROW]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      c22 = x.fma(b2, c22);
      c23 = x.fma(b3, c23);
      x = DoubleVector.broadcast(S, a[at + k + 3 * ROW]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      c32 = x.fma(b2, c32);
      c33 = x.fma(b3, c33);
      x = DoubleVector.broadcast(S, a[at + k + 4 * ROW]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      c42 = x.fma(b2, c42);
      c43 = x.fma(b3, c43);
      x = DoubleVector.broadcast(S, a[at + k + 5 * ROW]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
      c52 = x.fma(b2, c52);
      c53 = x.fma(b3, c53);
    }
    c00.add(DoubleVector.fromArray(S, before, from)).intoArray(c, ct);
    c01.add(DoubleVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
    c02.add(DoubleVector.fromArray(S, before, from + 2 * LANES)).intoArray(c, ct + 2 * LANES);
    c03.add(DoubleVector.fromArray(S, before, from + 3 * LANES)).intoArray(c, ct + 3 * LANES);
    c10.add(DoubleVector.fromArray(S, before, from + PANEL)).intoArray(c, ct + PANEL);
    c11.add(DoubleVector.fromArray(S, before, from + PANEL + LANES))
        .intoArray(c, ct + PANEL + LANES);
    c12.add(DoubleVector.fromArray(S, before, from + PANEL + 2 * LANES))
        .intoArray(c, ct + PANEL + 2 * LANES);
    c13.add(DoubleVector.fromArray(S, before, from + PANEL + 3 * LANES))
        .intoArray(c, ct + PANEL + 3 * LANES);
    c20.add(DoubleVector.fromArray(S, before, from + 2 * PANEL)).intoArray(c, ct + 2 * PANEL);
    c21.add(DoubleVector.fromArray(S, before, from + 2 * PANEL + LANES))
        .intoArray(c, ct + 2 * PANEL + LANES);
    c22.add(DoubleVector.fromArray(S, before, from + 2 * PANEL + 2 * LANES))
        .intoArray(c, ct + 2 * PANEL + 2 * LANES);
    c23.add(DoubleVector.fromArray(S, before, from + 2 * PANEL + 3 * LANES))
        .intoArray(c, ct + 2 * PANEL + 3 * LANES);
    c30.add(DoubleVector.fromArray(S, before, from + 3 * PANEL)).intoArray(c, ct + 3 * PANEL);
    c31.add(DoubleVector.fromArray(S, before, from + 3 * PANEL + LANES))
        .intoArray(c, ct + 3 * PANEL + LANES);
    c32.add(DoubleVector.fromArray(S, before, from + 3 * PANEL + 2 * LANES))
        .intoArray(c, ct + 3 * PANEL + 2 * LANES);
    c33.add(DoubleVector.fromArray(S, before, from + 3 * PANEL + 3 * LANES))
        .intoArray(c, ct + 3 * PANEL + 3 * LANES);
    c40.add(DoubleVector.fromArray(S, before, from + 4 * PANEL)).intoArray(c, ct + 4 * PANEL);
    c41.add(DoubleVector.fromArray(S, before, from + 4 * PANEL + LANES))
        .intoArray(c, ct + 4 * PANEL + LANES);
    c42.add(DoubleVector.fromArray(S, before, from + 4 * PANEL + 2 * LANES))
        .intoArray(c, ct + 4 * PANEL + 2 * LANES);
    c43.add(DoubleVector.fromArray(S, before, from + 4 * PANEL + 3 * LANES))
        .intoArray(c, ct + 4 * PANEL + 3 * LANES);
    c50.add(DoubleVector.fromArray(S, before, from + 5 * PANEL)).intoArray(c, ct + 5 * PANEL);
    c51.add(DoubleVector.fromArray(S, before, from + 5 * PANEL + LANES))
        .intoArray(c, ct + 5 * PANEL + LANES);
    c52.add(DoubleVector.fromArray(S, before, from + 5 * PANEL + 2 * LANES))
        .intoArray(c, ct + 5 * PANEL + 2 * LANES);
    c53.add(DoubleVector.fromArray(S, before, from + 5 * PANEL + 3 * LANES))
        .intoArray(c, ct + 5 * PANEL + 3 * LANES);
  }

  /** Six rows by two vectors: half a panel. */
  static void sixByTwo(
      int depth,
      double[] a,
      int at,
      MemorySegment b,
      long bt,
      double[] before,
      int from,
      double[] c,
      int ct) {
    MemorySegment panel = FloatVectors.known(b);
    DoubleVector c00 = DoubleVector.zero(S);
    DoubleVector c01 = DoubleVector.zero(S);
    DoubleVector c10 = DoubleVector.zero(S);
    DoubleVector c11 = DoubleVector.zero(S);
    DoubleVector c20 = DoubleVector.zero(S);
    DoubleVector c21 = DoubleVector.zero(S);
    DoubleVector c30 = DoubleVector.zero(S);
    DoubleVector c31 = DoubleVector.zero(S);
    DoubleVector c40 = DoubleVector.zero(S);
    DoubleVector c41 = DoubleVector.zero(S);
    DoubleVector c50 = DoubleVector.zero(S);
    DoubleVector c51 = DoubleVector.zero(S);
    for (int k = 0; k < depth; k++) {
      DoubleVector b0 = DoubleVector.fromMemorySegment(S, panel, bt + k * LINE, ORDER);
      DoubleVector b1 = DoubleVector.fromMemorySegment(S, panel, bt + k * LINE + VECTOR, ORDER);
      DoubleVector x = DoubleVector.broadcast(S, a[at + k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = DoubleVector.broadcast(S, a[at + k + ROW]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = DoubleVector.broadcast(S, a[at + k + 2 * ROW]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = DoubleVector.broadcast(S, a[at + k + 3 * ROW]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      x = DoubleVector.broadcast(S, a[at + k + 4 * ROW]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      x = DoubleVector.broadcast(S, a[at + k + 5 * ROW]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
    }
    c00.add(DoubleVector.fromArray(S, before, from)).intoArray(c, ct);
    c01.add(DoubleVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
    c10.add(DoubleVector.fromArray(S, before, from + PANEL)).intoArray(c, ct + PANEL);
    c11.add(DoubleVector.fromArray(S, before, from + PANEL + LANES))
        .intoArray(c, ct + PANEL + LANES);
    c20.add(DoubleVector.fromArray(S, before, from + 2 * PANEL)).intoArray(c, ct + 2 * PANEL);
    c21.add(DoubleVector.fromArray(S, before, from + 2 * PANEL + LANES))
        .intoArray(c, ct + 2 * PANEL + LANES);
    c30.add(DoubleVector.fromArray(S, before, from + 3 * PANEL)).intoArray(c, ct + 3 * PANEL);
    c31.add(DoubleVector.fromArray(S, before, from + 3 * PANEL + LANES))
        .intoArray(c, ct + 3 * PANEL + LANES);
    c40.add(DoubleVector.fromArray(S, before, from + 4 * PANEL)).intoArray(c, ct + 4 * PANEL);
    c41.add(DoubleVector.fromArray(S, before, from + 4 * PANEL + LANES))
        .intoArray(c, ct + 4 * PANEL + LANES);
    c50.add(DoubleVector.fromArray(S, before, from + 5 * PANEL)).intoArray(c, ct + 5 * PANEL);
    c51.add(DoubleVector.fromArray(S, before, from + 5 * PANEL + LANES))
        .intoArray(c, ct + 5 * PANEL + LANES);
  }

  /** Four rows by two vectors. */
  static void fourByTwo(
      int depth,
      double[] a,
      int at,
      MemorySegment b,
      long bt,
      double[] before,
      int from,
      double[] c,
      int ct) {
    MemorySegment panel = FloatVectors.known(b);
    DoubleVector c00 = DoubleVector.zero(S);
    DoubleVector c01 = DoubleVector.zero(S);
    DoubleVector c10 = DoubleVector.zero(S);
    DoubleVector c11 = DoubleVector.zero(S);
    DoubleVector c20 = DoubleVector.zero(S);
    DoubleVector c21 = DoubleVector.zero(S);
    DoubleVector c30 = DoubleVector.zero(S);
    DoubleVector c31 = DoubleVector.zero(S);
    for (int k = 0; k < depth; k++) {
      DoubleVector b0 = DoubleVector.fromMemorySegment(S, panel, bt + k * LINE, ORDER);
      DoubleVector b1 = DoubleVector.fromMemorySegment(S, panel, bt + k * LINE + VECTOR, ORDER);
      DoubleVector x = DoubleVector.broadcast(S, a[at + k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = DoubleVector.broadcast(S, a[at + k + ROW]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = DoubleVector.broadcast(S, a[at + k + 2 * ROW]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = DoubleVector.broadcast(S, a[at + k + 3 * ROW]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
    }
    c00.add(DoubleVector.fromArray(S, before, from)).intoArray(c, ct);
    c01.add(DoubleVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
    c10.add(DoubleVector.fromArray(S, before, from + PANEL)).intoArray(c, ct + PANEL);
    c11.add(DoubleVector.fromArray(S, before, from + PANEL + LANES))
        .intoArray(c, ct + PANEL + LANES);
    c20.add(DoubleVector.fromArray(S, before, from + 2 * PANEL)).intoArray(c, ct + 2 * PANEL);
    c21.add(DoubleVector.fromArray(S, before, from + 2 * PANEL + LANES))
        .intoArray(c, ct + 2 * PANEL + LANES);
    c30.add(DoubleVector.fromArray(S, before, from + 3 * PANEL)).intoArray(c, ct + 3 * PANEL);
    c31.add(DoubleVector.fromArray(S, before, from + 3 * PANEL + LANES))
        .intoArray(c, ct + 3 * PANEL + LANES);
  }

  /** Two rows by two vectors. */
  static void twoByTwo(
      int depth,
      double[] a,
      int at,
      MemorySegment b,
      long bt,
      double[] before,
      int from,
      double[] c,
      int ct) {
    MemorySegment panel = FloatVectors.known(b);
    DoubleVector c00 = DoubleVector.zero(S);
    DoubleVector c01 = DoubleVector.zero(S);
    DoubleVector c10 = DoubleVector.zero(S);
    DoubleVector c11 = DoubleVector.zero(S);
    for (int k = 0; k < depth; k++) {
      DoubleVector b0 = DoubleVector.fromMemorySegment(S, panel, bt + k * LINE, ORDER);
      DoubleVector b1 = DoubleVector.fromMemorySegment(S, panel, bt + k * LINE + VECTOR, ORDER);
      DoubleVector x = DoubleVector.broadcast(S, a[at + k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = DoubleVector.broadcast(S, a[at + k + ROW]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
    }
    c00.add(DoubleVector.fromArray(S, before, from)).intoArray(c, ct);
    c01.add(DoubleVector.fromArray(S, before, from + LANES)).intoArray(c, ct + LANES);
    c10.add(DoubleVector.fromArray(S, before, from + PANEL)).intoArray(c, ct + PANEL);
    c11.add(DoubleVector.fromArray(S, before, from + PANEL + LANES))
        .intoArray(c, ct + PANEL + LANES);
  }
}
