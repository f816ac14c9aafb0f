package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The innermost loops of x·W: multiples of rows in memory added to a row in an array. */
final class AddKernels {
  /** Rows of W that the larger kernel takes at a time. */
  static final int DEEP = 8;

  private AddKernels() {}

  /** Adds whole vectors: y += x. */
  static void add(float[] x, int xt, float[] y, int yt, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector.fromArray(S, y, yt + i)
          .add(FloatVector.fromArray(S, x, xt + i))
          .intoArray(y, yt + i);
    }
  }

  /** Adds whole vectors of one row: y += x[xt] · w. */
  static void add1(int count, float[] x, int xt, MemorySegment w, long at, float[] y, int yt) {
    FloatVector x0 = FloatVector.broadcast(S, x[xt]);
    for (int i = 0; i < count; i += LANES) {
      load(w, (at + i) * 4L).fma(x0, FloatVector.fromArray(S, y, yt + i)).intoArray(y, yt + i);
    }
  }

  /** Adds whole vectors of 8 rows, one after the other: y += x[xt + k] · w[k, :]. */
  static void add8(
      int count, float[] x, int xt, MemorySegment w, long at, long stride, float[] y, int yt) {
    FloatVector x0 = FloatVector.broadcast(S, x[xt]);
    FloatVector x1 = FloatVector.broadcast(S, x[xt + 1]);
    FloatVector x2 = FloatVector.broadcast(S, x[xt + 2]);
    FloatVector x3 = FloatVector.broadcast(S, x[xt + 3]);
    FloatVector x4 = FloatVector.broadcast(S, x[xt + 4]);
    FloatVector x5 = FloatVector.broadcast(S, x[xt + 5]);
    FloatVector x6 = FloatVector.broadcast(S, x[xt + 6]);
    FloatVector x7 = FloatVector.broadcast(S, x[xt + 7]);
    long from = at * Float.BYTES;
    long step = stride * Float.BYTES;
    for (int i = 0; i < count; i += LANES) {
      long bytes = from + i * 4L;
      FloatVector sum = FloatVector.fromArray(S, y, yt + i);
      sum = load(w, bytes).fma(x0, sum);
      sum = load(w, bytes + step).fma(x1, sum);
      sum = load(w, bytes + 2 * step).fma(x2, sum);
      sum = load(w, bytes + 3 * step).fma(x3, sum);
      sum = load(w, bytes + 4 * step).fma(x4, sum);
      sum = load(w, bytes + 5 * step).fma(x5, sum);
      sum = load(w, bytes + 6 * step).fma(x6, sum);
      load(w, bytes + 7 * step).fma(x7, sum).intoArray(y, yt + i);
    }
  }

  /**
   * Adds what is left of {@code deep} rows, less than a vector, one after the other. Apart from the
   * loops over whole vectors: where C2 has seen too little of one or the other it boxes their
   * vectors, for as long as the program lives.
   */
  static void addRest(
      int count,
      int deep,
      float[] x,
      int xt,
      MemorySegment w,
      long at,
      long stride,
      float[] y,
      int yt) {
    VectorMask<Float> rest = S.indexInRange(0, count);
    FloatVector sum = FloatVector.fromArray(S, y, yt);
    for (int k = 0; k < deep; k++) {
      FloatVector row = load(w, (at + k * stride) * Float.BYTES, rest);
      sum = row.fma(FloatVector.broadcast(S, x[xt + k]), sum);
    }
    sum.intoArray(y, yt);
  }

  /**
   * Adds whole vectors of 4 rows to each of 4: y[r, :] += x[r, k] · w[k, :] for one k after the
   * other.
   */
  static void add4x4(
      int count,
      float[] x,
      int xt,
      int xPitch,
      MemorySegment w,
      long at,
      long stride,
      float[] y,
      int yt,
      int yPitch) {
    FloatVector x00 = FloatVector.broadcast(S, x[xt]);
    FloatVector x01 = FloatVector.broadcast(S, x[xt + 1]);
    FloatVector x02 = FloatVector.broadcast(S, x[xt + 2]);
    FloatVector x03 = FloatVector.broadcast(S, x[xt + 3]);
    FloatVector x10 = FloatVector.broadcast(S, x[xt + xPitch]);
    FloatVector x11 = FloatVector.broadcast(S, x[xt + xPitch + 1]);
    FloatVector x12 = FloatVector.broadcast(S, x[xt + xPitch + 2]);
    FloatVector x13 = FloatVector.broadcast(S, x[xt + xPitch + 3]);
    FloatVector x20 = FloatVector.broadcast(S, x[xt + 2 * xPitch]);
    FloatVector x21 = FloatVector.broadcast(S, x[xt + 2 * xPitch + 1]);
    FloatVector x22 = FloatVector.broadcast(S, x[xt + 2 * xPitch + 2]);
    FloatVector x23 = FloatVector.broadcast(S, x[xt + 2 * xPitch + 3]);
    FloatVector x30 = FloatVector.broadcast(S, x[xt + 3 * xPitch]);
    FloatVector x31 = FloatVector.broadcast(S, x[xt + 3 * xPitch + 1]);
    FloatVector x32 = FloatVector.broadcast(S, x[xt + 3 * xPitch + 2]);
    FloatVector x33 = FloatVector.broadcast(S, x[xt + 3 * xPitch + 3]);
    long from0 = at * Float.BYTES;
    long from1 = from0 + stride * Float.BYTES;
    long from2 = from1 + stride * Float.BYTES;
    long from3 = from2 + stride * Float.BYTES;
    for (int i = 0; i < count; i += LANES) {
      FloatVector w0 = load(w, from0 + i * 4L);
      FloatVector w1 = load(w, from1 + i * 4L);
      FloatVector w2 = load(w, from2 + i * 4L);
      FloatVector w3 = load(w, from3 + i * 4L);
      FloatVector y0 = FloatVector.fromArray(S, y, yt + i);
      FloatVector y1 = FloatVector.fromArray(S, y, yt + yPitch + i);
      FloatVector y2 = FloatVector.fromArray(S, y, yt + 2 * yPitch + i);
      FloatVector y3 = FloatVector.fromArray(S, y, yt + 3 * yPitch + i);
      y0 = w0.fma(x00, y0);
      y0 = w1.fma(x01, y0);
      y0 = w2.fma(x02, y0);
      y0 = w3.fma(x03, y0);
      y1 = w0.fma(x10, y1);
      y1 = w1.fma(x11, y1);
      y1 = w2.fma(x12, y1);
      y1 = w3.fma(x13, y1);
      y2 = w0.fma(x20, y2);
      y2 = w1.fma(x21, y2);
      y2 = w2.fma(x22, y2);
      y2 = w3.fma(x23, y2);
      y3 = w0.fma(x30, y3);
      y3 = w1.fma(x31, y3);
      y3 = w2.fma(x32, y3);
      y3 = w3.fma(x33, y3);
      y0.intoArray(y, yt + i);
      y1.intoArray(y, yt + yPitch + i);
      y2.intoArray(y, yt + 2 * yPitch + i);
      y3.intoArray(y, yt + 3 * yPitch + i);
    }
  }
}
