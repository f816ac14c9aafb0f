package dev.ashlar.tensor.simd.lanes;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes squares of LANES rows of LANES floats: of rows i and i + h, those lanes change places
 * whose numbers differ from the row's in bit h, for every power of two h. Four rows at a time, and
 * two bits: more would exceed what C2 inlines in one method. The second half works on what the
 * first left in an array.
 */
public final class Squares {
  private static final VectorShuffle<Float> SWAP_1 = swap(1);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_QUARTER = swap(LANES / 4);
  private static final VectorShuffle<Float> SWAP_HALF = swap(LANES / 2);
  private static final VectorMask<Float> SECOND_1 = second(1);
  private static final VectorMask<Float> SECOND_2 = second(2);
  private static final VectorMask<Float> SECOND_QUARTER = second(LANES / 4);
  private static final VectorMask<Float> SECOND_HALF = second(LANES / 2);

  /** Floats of a square. */
  static final int SIZE = LANES * LANES;

  private Squares() {}

  /**
   * Returns the lanes with those in each other's place whose numbers differ by {@code bit} alone.
   */
  public static VectorShuffle<Float> swap(int bit) {
    return VectorShuffle.fromOp(S, lane -> (lane ^ bit) % LANES);
  }

  /** Returns the lanes whose numbers have a bit set. */
  public static VectorMask<Float> second(int bit) {
    boolean[] set = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) set[lane] = (lane & bit) != 0;
    return VectorMask.fromArray(S, set, 0);
  }

  /** Returns whether vectors have a length for which there is a method here. */
  public static boolean fit() {
    return LANES == 4 || LANES == 8 || LANES == 16;
  }

  /**
   * Stores a square's rows as columns.
   *
   * @param at where the first row begins, in bytes, and {@code stride} to the next
   * @param pitch floats between the beginnings of the rows that are stored
   */
  public static void transpose(
      MemorySegment w, long at, long stride, float[] to, int tt, int pitch) {
    for (int row = 0; row < LANES; row += 4) {
      swapLower(w, at + row * stride, stride, to, tt + row * pitch, pitch);
    }
    for (int row = 0; row < LANES / 4; row++) {
      swapUpper(to, tt + row * pitch, pitch * (LANES / 4));
    }
  }

  /**
   * Stores the rows of squares, {@code wide} side by side and {@code tall} one below the other, as
   * columns. First all are read, as they lie, then four rows of the result at a time written along
   * the tall side: rows a power of two apart are in each other's way in the cache, and more would
   * not stay there until they are written.
   *
   * @param room for {@link #SIZE} floats a square
   */
  public static void transpose(
      int wide,
      int tall,
      MemorySegment w,
      long at,
      long stride,
      MemorySegment y,
      long to,
      long pitch,
      Room room) {
    int rows = tall * LANES;
    readAll(w, at, stride, rows, wide, room);
    for (int left = 0; left < wide; left++) {
      for (int row = 0; row < LANES / 4; row++) {
        long into = to + (left * LANES + row) * pitch;
        for (int square = 0; square < tall; square++) {
          int from = room.at() + (left * tall + square) * SIZE + row * LANES;
          swapUpper(room.numbers(), from, y, into + square * LANES * 4L, pitch * (LANES / 4));
        }
      }
    }
  }

  private static void readAll(
      MemorySegment w, long at, long stride, int rows, int wide, Room room) {
    for (int row = 0; row < rows; row += 4) {
      for (int left = 0; left < wide; left++) {
        long from = at + row * stride + left * LANES * 4L;
        int to = room.at() + (left * rows + row) * LANES;
        swapLower(w, from, stride, room.numbers(), to, LANES);
      }
    }
  }

  /**
   * The lower two bits, of four rows; of fewer lanes what the upper two leave: one bit, or none.
   */
  private static void swapLower(
      MemorySegment w, long at, long stride, float[] to, int tt, int pitch) {
    FloatVector a = load(w, at);
    FloatVector b = load(w, at + stride);
    FloatVector c = load(w, at + 2 * stride);
    FloatVector d = load(w, at + 3 * stride);
    FloatVector e = a;
    FloatVector f = b;
    FloatVector g = c;
    FloatVector h = d;
    if (LANES == 16) {
      e = a.blend(c.rearrange(SWAP_2), SECOND_2);
      f = b.blend(d.rearrange(SWAP_2), SECOND_2);
      g = a.rearrange(SWAP_2).blend(c, SECOND_2);
      h = b.rearrange(SWAP_2).blend(d, SECOND_2);
    }
    if (LANES > 4) {
      a = e.blend(f.rearrange(SWAP_1), SECOND_1);
      b = e.rearrange(SWAP_1).blend(f, SECOND_1);
      c = g.blend(h.rearrange(SWAP_1), SECOND_1);
      d = g.rearrange(SWAP_1).blend(h, SECOND_1);
    }
    a.intoArray(to, tt);
    b.intoArray(to, tt + pitch);
    c.intoArray(to, tt + 2 * pitch);
    d.intoArray(to, tt + 3 * pitch);
  }

  /** The upper two bits, of four rows a quarter of a square apart. */
  private static void swapUpper(float[] rows, int at, MemorySegment y, long to, long pitch) {
    FloatVector a = FloatVector.fromArray(S, rows, at);
    FloatVector b = FloatVector.fromArray(S, rows, at + SIZE / 4);
    FloatVector c = FloatVector.fromArray(S, rows, at + SIZE / 2);
    FloatVector d = FloatVector.fromArray(S, rows, at + SIZE / 4 * 3);
    FloatVector e = a.blend(c.rearrange(SWAP_HALF), SECOND_HALF);
    FloatVector f = b.blend(d.rearrange(SWAP_HALF), SECOND_HALF);
    FloatVector g = a.rearrange(SWAP_HALF).blend(c, SECOND_HALF);
    FloatVector h = b.rearrange(SWAP_HALF).blend(d, SECOND_HALF);
    store(e.blend(f.rearrange(SWAP_QUARTER), SECOND_QUARTER), y, to);
    store(e.rearrange(SWAP_QUARTER).blend(f, SECOND_QUARTER), y, to + pitch);
    store(g.blend(h.rearrange(SWAP_QUARTER), SECOND_QUARTER), y, to + 2 * pitch);
    store(g.rearrange(SWAP_QUARTER).blend(h, SECOND_QUARTER), y, to + 3 * pitch);
  }

  /** The upper two bits, in place. */
  private static void swapUpper(float[] rows, int at, int pitch) {
    FloatVector a = FloatVector.fromArray(S, rows, at);
    FloatVector b = FloatVector.fromArray(S, rows, at + pitch);
    FloatVector c = FloatVector.fromArray(S, rows, at + 2 * pitch);
    FloatVector d = FloatVector.fromArray(S, rows, at + 3 * pitch);
    FloatVector e = a.blend(c.rearrange(SWAP_HALF), SECOND_HALF);
    FloatVector f = b.blend(d.rearrange(SWAP_HALF), SECOND_HALF);
    FloatVector g = a.rearrange(SWAP_HALF).blend(c, SECOND_HALF);
    FloatVector h = b.rearrange(SWAP_HALF).blend(d, SECOND_HALF);
    e.blend(f.rearrange(SWAP_QUARTER), SECOND_QUARTER).intoArray(rows, at);
    e.rearrange(SWAP_QUARTER).blend(f, SECOND_QUARTER).intoArray(rows, at + pitch);
    g.blend(h.rearrange(SWAP_QUARTER), SECOND_QUARTER).intoArray(rows, at + 2 * pitch);
    g.rearrange(SWAP_QUARTER).blend(h, SECOND_QUARTER).intoArray(rows, at + 3 * pitch);
  }
}
