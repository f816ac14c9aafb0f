package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;

import dev.ashlar.tensor.simd.lanes.Squares;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * The innermost loops of x·Wᵀ: dot products of rows in an array with rows in memory. Lane l of a
 * sum is the chain over k = l, l + LANES, …; {@link #sumLanes} adds the lanes up in their order.
 */
final class DotKernels {
  /** Rows of W that a kernel takes at a time. */
  static final int WIDTH = 4;

  /** Rows of x that the larger kernel takes at a time. */
  static final int HEIGHT = 4;

  /** The lanes of LANES sums. */
  static final int SQUARE = LANES * LANES;

  // Which lanes have bit LANES / 2, LANES / 4, … of their number set, and each lane's neighbour
  // that
  // differs in this bit.
  private static final List<VectorMask<Float>> SECOND_HALF = new ArrayList<>();
  private static final List<VectorShuffle<Float>> SWAP = new ArrayList<>();

  static {
    for (int half = LANES / 2; half > 0; half /= 2) {
      SECOND_HALF.add(Squares.second(half));
      SWAP.add(Squares.swap(half));
    }
  }

  private DotKernels() {}

  /** Stores the lanes of one dot product over whole vectors. */
  static void dot1(int depth, float[] x, int xt, MemorySegment w, long at, float[] to, int tt) {
    long from = at * Float.BYTES;
    FloatVector sum = FloatVector.zero(S);
    for (int k = 0; k < depth; k += LANES) {
      sum = load(w, from + k * 4L).fma(FloatVector.fromArray(S, x, xt + k), sum);
    }
    sum.intoArray(to, tt);
  }

  /**
   * Adds what is left of dot products of a row of x, less than a vector, to their lanes. Apart from
   * the loops over whole vectors: where C2 has seen too little of one or the other it boxes their
   * vectors, for as long as the program lives.
   */
  static void addRest(
      int count,
      int dots,
      float[] x,
      int xt,
      MemorySegment w,
      long at,
      long stride,
      float[] to,
      int tt) {
    VectorMask<Float> rest = S.indexInRange(0, count);
    FloatVector row = FloatVector.fromArray(S, x, xt);
    for (int i = 0; i < dots; i++) {
      load(w, (at + i * stride) * Float.BYTES, rest)
          .fma(row, FloatVector.fromArray(S, to, tt + i * LANES))
          .intoArray(to, tt + i * LANES);
    }
  }

  /** Stores the lanes of the dot products of a row of x with 4 rows of W, over whole vectors. */
  static void dots1(
      int depth, float[] x, int xt, MemorySegment w, long at, long stride, float[] to, int tt) {
    long from0 = at * Float.BYTES;
    long from1 = from0 + stride * Float.BYTES;
    long from2 = from1 + stride * Float.BYTES;
    long from3 = from2 + stride * Float.BYTES;
    FloatVector sum0 = FloatVector.zero(S);
    FloatVector sum1 = FloatVector.zero(S);
    FloatVector sum2 = FloatVector.zero(S);
    FloatVector sum3 = FloatVector.zero(S);
    for (int k = 0; k < depth; k += LANES) {
      FloatVector x0 = FloatVector.fromArray(S, x, xt + k);
      sum0 = load(w, from0 + k * 4L).fma(x0, sum0);
      sum1 = load(w, from1 + k * 4L).fma(x0, sum1);
      sum2 = load(w, from2 + k * 4L).fma(x0, sum2);
      sum3 = load(w, from3 + k * 4L).fma(x0, sum3);
    }
    sum0.intoArray(to, tt);
    sum1.intoArray(to, tt + LANES);
    sum2.intoArray(to, tt + 2 * LANES);
    sum3.intoArray(to, tt + 3 * LANES);
  }

  /** Stores the lanes of the dot products of 4 rows of x with 4 rows of W, over whole vectors. */
  static void dots4(
      int depth,
      float[] x,
      int xt,
      int pitch,
      MemorySegment w,
      long at,
      long stride,
      float[] to,
      int tt) {
    long from0 = at * Float.BYTES;
    long from1 = from0 + stride * Float.BYTES;
    long from2 = from1 + stride * Float.BYTES;
    long from3 = from2 + stride * Float.BYTES;
    FloatVector sum00 = FloatVector.zero(S);
    FloatVector sum01 = FloatVector.zero(S);
    FloatVector sum02 = FloatVector.zero(S);
    FloatVector sum03 = FloatVector.zero(S);
    FloatVector sum10 = FloatVector.zero(S);
    FloatVector sum11 = FloatVector.zero(S);
    FloatVector sum12 = FloatVector.zero(S);
    FloatVector sum13 = FloatVector.zero(S);
    FloatVector sum20 = FloatVector.zero(S);
    FloatVector sum21 = FloatVector.zero(S);
    FloatVector sum22 = FloatVector.zero(S);
    FloatVector sum23 = FloatVector.zero(S);
    FloatVector sum30 = FloatVector.zero(S);
    FloatVector sum31 = FloatVector.zero(S);
    FloatVector sum32 = FloatVector.zero(S);
    FloatVector sum33 = FloatVector.zero(S);
    for (int k = 0; k < depth; k += LANES) {
      FloatVector w0 = load(w, from0 + k * 4L);
      FloatVector w1 = load(w, from1 + k * 4L);
      FloatVector w2 = load(w, from2 + k * 4L);
      FloatVector w3 = load(w, from3 + k * 4L);
      FloatVector row = FloatVector.fromArray(S, x, xt + k);
      sum00 = row.fma(w0, sum00);
      sum01 = row.fma(w1, sum01);
      sum02 = row.fma(w2, sum02);
      sum03 = row.fma(w3, sum03);
      row = FloatVector.fromArray(S, x, xt + pitch + k);
      sum10 = row.fma(w0, sum10);
      sum11 = row.fma(w1, sum11);
      sum12 = row.fma(w2, sum12);
      sum13 = row.fma(w3, sum13);
      row = FloatVector.fromArray(S, x, xt + 2 * pitch + k);
      sum20 = row.fma(w0, sum20);
      sum21 = row.fma(w1, sum21);
      sum22 = row.fma(w2, sum22);
      sum23 = row.fma(w3, sum23);
      row = FloatVector.fromArray(S, x, xt + 3 * pitch + k);
      sum30 = row.fma(w0, sum30);
      sum31 = row.fma(w1, sum31);
      sum32 = row.fma(w2, sum32);
      sum33 = row.fma(w3, sum33);
    }
    sum00.intoArray(to, tt);
    sum01.intoArray(to, tt + LANES);
    sum02.intoArray(to, tt + 2 * LANES);
    sum03.intoArray(to, tt + 3 * LANES);
    sum10.intoArray(to, tt + SQUARE);
    sum11.intoArray(to, tt + SQUARE + LANES);
    sum12.intoArray(to, tt + SQUARE + 2 * LANES);
    sum13.intoArray(to, tt + SQUARE + 3 * LANES);
    sum20.intoArray(to, tt + 2 * SQUARE);
    sum21.intoArray(to, tt + 2 * SQUARE + LANES);
    sum22.intoArray(to, tt + 2 * SQUARE + 2 * LANES);
    sum23.intoArray(to, tt + 2 * SQUARE + 3 * LANES);
    sum30.intoArray(to, tt + 3 * SQUARE);
    sum31.intoArray(to, tt + 3 * SQUARE + LANES);
    sum32.intoArray(to, tt + 3 * SQUARE + 2 * LANES);
    sum33.intoArray(to, tt + 3 * SQUARE + 3 * LANES);
  }

  /**
   * Adds up the lanes of LANES sums: a sum of its own in every lane of the result. Of two vectors,
   * one half of the lanes of each is added to the other half, side by side; then of two such, and
   * so on.
   */
  static void sumLanes(float[] lanes, int at, float[] to, int tt) {
    for (int half = LANES / 2, level = 0; half > 0; half /= 2, level++) {
      addHalves(lanes, at, half, SECOND_HALF.get(level), SWAP.get(level));
    }
    FloatVector.fromArray(S, lanes, at).intoArray(to, tt);
  }

  private static void addHalves(
      float[] lanes, int at, int half, VectorMask<Float> second, VectorShuffle<Float> swap) {
    for (int i = at; i < at + half * LANES; i += LANES) {
      FloatVector a = FloatVector.fromArray(S, lanes, i);
      FloatVector b = FloatVector.fromArray(S, lanes, i + half * LANES);
      a.blend(b, second).add(b.blend(a, second).rearrange(swap)).intoArray(lanes, i);
    }
  }
}
