package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.FloatBlock.load;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes squares of LANES rows in registers: of rows i and i + h, those lanes change places
 * whose numbers differ from the row's in bit h, for every power of two h. Written out because C2
 * keeps vectors in registers only as local variables.
 */
final class Squares {
  private static final VectorShuffle<Float> SWAP_1 = swap(1);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorMask<Float> SECOND_1 = second(1);
  private static final VectorMask<Float> SECOND_2 = second(2);
  private static final VectorMask<Float> SECOND_4 = second(4);
  private static final VectorMask<Float> SECOND_8 = second(8);

  private Squares() {}

  /**
   * Returns the lanes with those in each other's place whose numbers differ by {@code bit} alone.
   */
  static VectorShuffle<Float> swap(int bit) {
    return VectorShuffle.fromOp(S, lane -> (lane ^ bit) % LANES);
  }

  /** Returns the lanes whose numbers have a bit set. */
  static VectorMask<Float> second(int bit) {
    boolean[] set = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) set[lane] = (lane & bit) != 0;
    return VectorMask.fromArray(S, set, 0);
  }

  /** Returns whether vectors have a length for which there is a method here. */
  static boolean fit() {
    return LANES == 8 || LANES == 16;
  }

  /**
   * Stores LANES rows of LANES numbers as columns.
   *
   * @param at where the first row begins, in bytes, and {@code stride} to the next
   * @param pitch numbers between the beginnings of the rows that are stored
   */
  static void transpose(MemorySegment w, long at, long stride, float[] to, int tt, int pitch) {
    if (LANES == 16) transpose16(w, at, stride, to, tt, pitch);
    else transpose8(w, at, stride, to, tt, pitch);
  }

  private static void transpose16(
      MemorySegment w, long at, long stride, float[] to, int tt, int pitch) {
    FloatVector v0 = load(w, at);
    FloatVector v1 = load(w, at + stride);
    FloatVector v2 = load(w, at + 2 * stride);
    FloatVector v3 = load(w, at + 3 * stride);
    FloatVector v4 = load(w, at + 4 * stride);
    FloatVector v5 = load(w, at + 5 * stride);
    FloatVector v6 = load(w, at + 6 * stride);
    FloatVector v7 = load(w, at + 7 * stride);
    FloatVector v8 = load(w, at + 8 * stride);
    FloatVector v9 = load(w, at + 9 * stride);
    FloatVector v10 = load(w, at + 10 * stride);
    FloatVector v11 = load(w, at + 11 * stride);
    FloatVector v12 = load(w, at + 12 * stride);
    FloatVector v13 = load(w, at + 13 * stride);
    FloatVector v14 = load(w, at + 14 * stride);
    FloatVector v15 = load(w, at + 15 * stride);
    FloatVector first;
    first = v0.blend(v8.rearrange(SWAP_8), SECOND_8);
    v8 = v0.rearrange(SWAP_8).blend(v8, SECOND_8);
    v0 = first;
    first = v1.blend(v9.rearrange(SWAP_8), SECOND_8);
    v9 = v1.rearrange(SWAP_8).blend(v9, SECOND_8);
    v1 = first;
    first = v2.blend(v10.rearrange(SWAP_8), SECOND_8);
    v10 = v2.rearrange(SWAP_8).blend(v10, SECOND_8);
    v2 = first;
    first = v3.blend(v11.rearrange(SWAP_8), SECOND_8);
    v11 = v3.rearrange(SWAP_8).blend(v11, SECOND_8);
    v3 = first;
    first = v4.blend(v12.rearrange(SWAP_8), SECOND_8);
    v12 = v4.rearrange(SWAP_8).blend(v12, SECOND_8);
    v4 = first;
    first = v5.blend(v13.rearrange(SWAP_8), SECOND_8);
    v13 = v5.rearrange(SWAP_8).blend(v13, SECOND_8);
    v5 = first;
    first = v6.blend(v14.rearrange(SWAP_8), SECOND_8);
    v14 = v6.rearrange(SWAP_8).blend(v14, SECOND_8);
    v6 = first;
    first = v7.blend(v15.rearrange(SWAP_8), SECOND_8);
    v15 = v7.rearrange(SWAP_8).blend(v15, SECOND_8);
    v7 = first;
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
    first = v8.blend(v12.rearrange(SWAP_4), SECOND_4);
    v12 = v8.rearrange(SWAP_4).blend(v12, SECOND_4);
    v8 = first;
    first = v9.blend(v13.rearrange(SWAP_4), SECOND_4);
    v13 = v9.rearrange(SWAP_4).blend(v13, SECOND_4);
    v9 = first;
    first = v10.blend(v14.rearrange(SWAP_4), SECOND_4);
    v14 = v10.rearrange(SWAP_4).blend(v14, SECOND_4);
    v10 = first;
    first = v11.blend(v15.rearrange(SWAP_4), SECOND_4);
    v15 = v11.rearrange(SWAP_4).blend(v15, SECOND_4);
    v11 = first;
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
    first = v8.blend(v10.rearrange(SWAP_2), SECOND_2);
    v10 = v8.rearrange(SWAP_2).blend(v10, SECOND_2);
    v8 = first;
    first = v9.blend(v11.rearrange(SWAP_2), SECOND_2);
    v11 = v9.rearrange(SWAP_2).blend(v11, SECOND_2);
    v9 = first;
    first = v12.blend(v14.rearrange(SWAP_2), SECOND_2);
    v14 = v12.rearrange(SWAP_2).blend(v14, SECOND_2);
    v12 = first;
    first = v13.blend(v15.rearrange(SWAP_2), SECOND_2);
    v15 = v13.rearrange(SWAP_2).blend(v15, SECOND_2);
    v13 = first;
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
    first = v8.blend(v9.rearrange(SWAP_1), SECOND_1);
    v9 = v8.rearrange(SWAP_1).blend(v9, SECOND_1);
    v8 = first;
    first = v10.blend(v11.rearrange(SWAP_1), SECOND_1);
    v11 = v10.rearrange(SWAP_1).blend(v11, SECOND_1);
    v10 = first;
    first = v12.blend(v13.rearrange(SWAP_1), SECOND_1);
    v13 = v12.rearrange(SWAP_1).blend(v13, SECOND_1);
    v12 = first;
    first = v14.blend(v15.rearrange(SWAP_1), SECOND_1);
    v15 = v14.rearrange(SWAP_1).blend(v15, SECOND_1);
    v14 = first;
    v0.intoArray(to, tt);
    v1.intoArray(to, tt + pitch);
    v2.intoArray(to, tt + 2 * pitch);
    v3.intoArray(to, tt + 3 * pitch);
    v4.intoArray(to, tt + 4 * pitch);
    v5.intoArray(to, tt + 5 * pitch);
    v6.intoArray(to, tt + 6 * pitch);
    v7.intoArray(to, tt + 7 * pitch);
    v8.intoArray(to, tt + 8 * pitch);
    v9.intoArray(to, tt + 9 * pitch);
    v10.intoArray(to, tt + 10 * pitch);
    v11.intoArray(to, tt + 11 * pitch);
    v12.intoArray(to, tt + 12 * pitch);
    v13.intoArray(to, tt + 13 * pitch);
    v14.intoArray(to, tt + 14 * pitch);
    v15.intoArray(to, tt + 15 * pitch);
  }

  private static void transpose8(
      MemorySegment w, long at, long stride, float[] to, int tt, int pitch) {
    FloatVector v0 = load(w, at);
    FloatVector v1 = load(w, at + stride);
    FloatVector v2 = load(w, at + 2 * stride);
    FloatVector v3 = load(w, at + 3 * stride);
    FloatVector v4 = load(w, at + 4 * stride);
    FloatVector v5 = load(w, at + 5 * stride);
    FloatVector v6 = load(w, at + 6 * stride);
    FloatVector v7 = load(w, at + 7 * stride);
    FloatVector first;
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
}
