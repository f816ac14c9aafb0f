package dev.ashlar.tensor.simd.lanes;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** Transposes squares of LANES rows of F64 in registers, as {@link Squares} does those of F32. */
public final class DoubleSquares {
  private static final VectorShuffle<Double> SWAP_1 = swap(1);
  private static final VectorShuffle<Double> SWAP_2 = swap(2);
  private static final VectorShuffle<Double> SWAP_4 = swap(4);
  private static final VectorMask<Double> SECOND_1 = second(1);
  private static final VectorMask<Double> SECOND_2 = second(2);
  private static final VectorMask<Double> SECOND_4 = second(4);

  private DoubleSquares() {}

  private static VectorShuffle<Double> swap(int bit) {
    return VectorShuffle.fromOp(D, lane -> (lane ^ bit) % LANES);
  }

  private static VectorMask<Double> second(int bit) {
    boolean[] set = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) set[lane] = (lane & bit) != 0;
    return VectorMask.fromArray(D, set, 0);
  }

  /** Returns whether vectors have a length for which there is a method here. */
  public static boolean fit() {
    return LANES == 4 || LANES == 8;
  }

  /**
   * Stores LANES rows as columns.
   *
   * @param at where the first row begins, in bytes, and {@code stride} to the next
   * @param pitch numbers between the beginnings of the rows that are stored
   */
  public static void transpose(
      MemorySegment w, long at, long stride, double[] to, int tt, int pitch) {
    if (LANES == 8) transpose8(w, at, stride, to, tt, pitch);
    else transpose4(w, at, stride, to, tt, pitch);
  }

  private static void transpose8(
      MemorySegment w, long at, long stride, double[] to, int tt, int pitch) {
    DoubleVector v0 = load(w, at);
    DoubleVector v1 = load(w, at + stride);
    DoubleVector v2 = load(w, at + 2 * stride);
    DoubleVector v3 = load(w, at + 3 * stride);
    DoubleVector v4 = load(w, at + 4 * stride);
    DoubleVector v5 = load(w, at + 5 * stride);
    DoubleVector v6 = load(w, at + 6 * stride);
    DoubleVector v7 = load(w, at + 7 * stride);
    DoubleVector first;
    first = v0.blend(v4.rearrange(SWAP_4), SECOND_4);
    v4 = v0.rearrange(SWAP_4).blend(v4, SECOND_4);
    v0 = first;
    first = v1.blend(v5.rearrange(SWAP_4), SECOND_4);
    v5 = v1.rearrange(SWAP_4).blend(v5, SECOND_4);
    v1 = first;
    first = v2.blend(v6.rearrange(SWAP_4), SECOND_4);
    v6 = v2.rearrange(SWAP_4).blend(v6, SECOND_4);
    v2 = first;
    first = v3.blend(v7.rearrange(SWAP_4), SECOND_4);
    v7 = v3.rearrange(SWAP_4).blend(v7, SECOND_4);
    v3 = first;
    first = v0.blend(v2.rearrange(SWAP_2), SECOND_2);
    v2 = v0.rearrange(SWAP_2).blend(v2, SECOND_2);
    v0 = first;
    first = v1.blend(v3.rearrange(SWAP_2), SECOND_2);
    v3 = v1.rearrange(SWAP_2).blend(v3, SECOND_2);
    v1 = first;
    first = v4.blend(v6.rearrange(SWAP_2), SECOND_2);
    v6 = v4.rearrange(SWAP_2).blend(v6, SECOND_2);
    v4 = first;
    first = v5.blend(v7.rearrange(SWAP_2), SECOND_2);
    v7 = v5.rearrange(SWAP_2).blend(v7, SECOND_2);
    v5 = first;
    first = v0.blend(v1.rearrange(SWAP_1), SECOND_1);
    v1 = v0.rearrange(SWAP_1).blend(v1, SECOND_1);
    v0 = first;
    first = v2.blend(v3.rearrange(SWAP_1), SECOND_1);
    v3 = v2.rearrange(SWAP_1).blend(v3, SECOND_1);
    v2 = first;
    first = v4.blend(v5.rearrange(SWAP_1), SECOND_1);
    v5 = v4.rearrange(SWAP_1).blend(v5, SECOND_1);
    v4 = first;
    first = v6.blend(v7.rearrange(SWAP_1), SECOND_1);
    v7 = v6.rearrange(SWAP_1).blend(v7, SECOND_1);
    v6 = first;
    v0.intoArray(to, tt);
    v1.intoArray(to, tt + pitch);
    v2.intoArray(to, tt + 2 * pitch);
    v3.intoArray(to, tt + 3 * pitch);
    v4.intoArray(to, tt + 4 * pitch);
    v5.intoArray(to, tt + 5 * pitch);
    v6.intoArray(to, tt + 6 * pitch);
    v7.intoArray(to, tt + 7 * pitch);
  }

  private static void transpose4(
      MemorySegment w, long at, long stride, double[] to, int tt, int pitch) {
    DoubleVector v0 = load(w, at);
    DoubleVector v1 = load(w, at + stride);
    DoubleVector v2 = load(w, at + 2 * stride);
    DoubleVector v3 = load(w, at + 3 * stride);
    DoubleVector first;
    first = v0.blend(v2.rearrange(SWAP_2), SECOND_2);
    v2 = v0.rearrange(SWAP_2).blend(v2, SECOND_2);
    v0 = first;
    first = v1.blend(v3.rearrange(SWAP_2), SECOND_2);
    v3 = v1.rearrange(SWAP_2).blend(v3, SECOND_2);
    v1 = first;
    first = v0.blend(v1.rearrange(SWAP_1), SECOND_1);
    v1 = v0.rearrange(SWAP_1).blend(v1, SECOND_1);
    v0 = first;
    first = v2.blend(v3.rearrange(SWAP_1), SECOND_1);
    v3 = v2.rearrange(SWAP_1).blend(v3, SECOND_1);
    v2 = first;
    v0.intoArray(to, tt);
    v1.intoArray(to, tt + pitch);
    v2.intoArray(to, tt + 2 * pitch);
    v3.intoArray(to, tt + 3 * pitch);
  }
}
