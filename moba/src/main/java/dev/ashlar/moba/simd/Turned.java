package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes squares of numbers in float arrays, four vectors at a time: of rows i and i + h, those
 * lanes change places whose numbers differ from the row's in bit h, for every power of two h.
 */
final class Turned {
  private static final VectorShuffle<Float> SWAP_1 = swap(1);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorMask<Float> SECOND_1 = second(1);
  private static final VectorMask<Float> SECOND_2 = second(2);
  private static final VectorMask<Float> SECOND_4 = second(4);
  private static final VectorMask<Float> SECOND_8 = second(8);

  private Turned() {}

  private static VectorShuffle<Float> swap(int bit) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ bit) % LANES);
  }

  private static VectorMask<Float> second(int bit) {
    boolean[] set = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) set[lane] = (lane & bit) != 0;
    return VectorMask.fromArray(SPECIES, set, 0);
  }

  /**
   * Writes {@code count} rows of {@code width} numbers as columns.
   *
   * @param pitch from the beginning of a row to the next, and {@code step} to the next row written
   */
  static void write(
      float[] rows, int at, int pitch, int count, int width, float[] into, int to, int step) {
    boolean squares = LANES == 16 || LANES == 8;
    int wholeRows = squares ? count / LANES * LANES : 0;
    int wholeWidth = width / LANES * LANES;
    for (int d = 0; d < wholeWidth; d += LANES) {
      for (int t = 0; t < wholeRows; t += LANES) {
        square(rows, at + t * pitch + d, pitch, into, to + d * step + t, step);
      }
    }
    for (int t = 0; t < count; t++) {
      for (int d = t < wholeRows ? wholeWidth : 0; d < width; d++) {
        into[to + d * step + t] = rows[at + t * pitch + d];
      }
    }
  }

  private static void square(float[] rows, int at, int pitch, float[] into, int to, int step) {
    if (LANES == 16) {
      for (int i = 0; i < 4; i++) {
        swapEights(rows, at + i * pitch, 4 * pitch, into, to + i * step, 4 * step);
      }
      for (int i = 0; i < 16; i += 4) swapTwos(into, to + i * step, step);
    } else {
      for (int i = 0; i < 2; i++) {
        swapFours(rows, at + i * pitch, 2 * pitch, into, to + i * step, 2 * step);
      }
      for (int i = 0; i < 8; i += 2) swapOnes(into, to + i * step, step);
    }
  }

  /** Bits 8 and 4. */
  private static void swapEights(float[] rows, int at, int pitch, float[] into, int to, int step) {
    FloatVector v0 = FloatVector.fromArray(SPECIES, rows, at);
    FloatVector v1 = FloatVector.fromArray(SPECIES, rows, at + pitch);
    FloatVector v2 = FloatVector.fromArray(SPECIES, rows, at + 2 * pitch);
    FloatVector v3 = FloatVector.fromArray(SPECIES, rows, at + 3 * pitch);
    FloatVector w0 = v0.blend(v2.rearrange(SWAP_8), SECOND_8);
    FloatVector w1 = v1.blend(v3.rearrange(SWAP_8), SECOND_8);
    FloatVector w2 = v0.rearrange(SWAP_8).blend(v2, SECOND_8);
    FloatVector w3 = v1.rearrange(SWAP_8).blend(v3, SECOND_8);
    w0.blend(w1.rearrange(SWAP_4), SECOND_4).intoArray(into, to);
    w0.rearrange(SWAP_4).blend(w1, SECOND_4).intoArray(into, to + step);
    w2.blend(w3.rearrange(SWAP_4), SECOND_4).intoArray(into, to + 2 * step);
    w2.rearrange(SWAP_4).blend(w3, SECOND_4).intoArray(into, to + 3 * step);
  }

  /** Bits 4 and 2. */
  private static void swapFours(float[] rows, int at, int pitch, float[] into, int to, int step) {
    FloatVector v0 = FloatVector.fromArray(SPECIES, rows, at);
    FloatVector v1 = FloatVector.fromArray(SPECIES, rows, at + pitch);
    FloatVector v2 = FloatVector.fromArray(SPECIES, rows, at + 2 * pitch);
    FloatVector v3 = FloatVector.fromArray(SPECIES, rows, at + 3 * pitch);
    FloatVector w0 = v0.blend(v2.rearrange(SWAP_4), SECOND_4);
    FloatVector w1 = v1.blend(v3.rearrange(SWAP_4), SECOND_4);
    FloatVector w2 = v0.rearrange(SWAP_4).blend(v2, SECOND_4);
    FloatVector w3 = v1.rearrange(SWAP_4).blend(v3, SECOND_4);
    w0.blend(w1.rearrange(SWAP_2), SECOND_2).intoArray(into, to);
    w0.rearrange(SWAP_2).blend(w1, SECOND_2).intoArray(into, to + step);
    w2.blend(w3.rearrange(SWAP_2), SECOND_2).intoArray(into, to + 2 * step);
    w2.rearrange(SWAP_2).blend(w3, SECOND_2).intoArray(into, to + 3 * step);
  }

  /** Bits 2 and 1, in place. */
  private static void swapTwos(float[] rows, int at, int pitch) {
    FloatVector v0 = FloatVector.fromArray(SPECIES, rows, at);
    FloatVector v1 = FloatVector.fromArray(SPECIES, rows, at + pitch);
    FloatVector v2 = FloatVector.fromArray(SPECIES, rows, at + 2 * pitch);
    FloatVector v3 = FloatVector.fromArray(SPECIES, rows, at + 3 * pitch);
    FloatVector w0 = v0.blend(v2.rearrange(SWAP_2), SECOND_2);
    FloatVector w1 = v1.blend(v3.rearrange(SWAP_2), SECOND_2);
    FloatVector w2 = v0.rearrange(SWAP_2).blend(v2, SECOND_2);
    FloatVector w3 = v1.rearrange(SWAP_2).blend(v3, SECOND_2);
    w0.blend(w1.rearrange(SWAP_1), SECOND_1).intoArray(rows, at);
    w0.rearrange(SWAP_1).blend(w1, SECOND_1).intoArray(rows, at + pitch);
    w2.blend(w3.rearrange(SWAP_1), SECOND_1).intoArray(rows, at + 2 * pitch);
    w2.rearrange(SWAP_1).blend(w3, SECOND_1).intoArray(rows, at + 3 * pitch);
  }

  /** Bit 1, in place. */
  private static void swapOnes(float[] rows, int at, int pitch) {
    FloatVector v0 = FloatVector.fromArray(SPECIES, rows, at);
    FloatVector v1 = FloatVector.fromArray(SPECIES, rows, at + pitch);
    v0.blend(v1.rearrange(SWAP_1), SECOND_1).intoArray(rows, at);
    v0.rearrange(SWAP_1).blend(v1, SECOND_1).intoArray(rows, at + pitch);
  }
}
