package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.FloatBlock.ORDER;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.PANEL;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * The right matrix of a product, whose columns are copied for the micro-kernels: side by side in
 * panels of {@link MicroKernels#PANEL}, and zeros for the columns that the last panel has too many.
 */
final class RightPanels {
  /** Panels packed at once where rows lie side by side in memory: they share its pages. */
  private static final int TOGETHER = 4;

  /** Squares read side by side: a processor reads ahead along a row, not from row to row. */
  private static final int SQUARES = 4;

  /** Rows that are transposed at a time. */
  private static final int TURNED_DEPTH = 128;

  /** Bytes from a line of a panel to the next, and of a vector. */
  private static final long LINE = (long) PANEL * Float.BYTES;

  private static final long VECTOR = (long) LANES * Float.BYTES;

  private final Matrix matrix;

  RightPanels(Matrix matrix) {
    this.matrix = matrix;
  }

  /** Returns how many panels are best packed at once. */
  int together() {
    return matrix.columnStride() == 1 ? TOGETHER : 1;
  }

  /**
   * Packs {@code count} columns over {@code deep} rows.
   *
   * @param at the number of {@code to} where the first panel begins
   * @param pitch numbers from a panel to the next
   */
  void pack(int row, int deep, int column, int count, MemorySegment to, int at, int pitch) {
    int panels = count / PANEL;
    long byteAt = (long) at * Float.BYTES;
    long bytePitch = (long) pitch * Float.BYTES;
    Matrix part = matrix.from(row, column);
    if (matrix.columnStride() == 1) {
      long from = part.offset() * Float.BYTES;
      long stride = part.rowStride() * Float.BYTES;
      packWhole(part.data(), from, stride, deep, panels, to, byteAt, bytePitch);
    } else {
      for (int panel = 0; panel < panels; panel++) {
        Matrix columns = part.from(0, panel * PANEL);
        packTurned(columns, deep, PANEL, to, byteAt + panel * bytePitch);
      }
    }
    int rest = count - panels * PANEL;
    if (rest > 0) {
      packRest(part.from(0, panels * PANEL), deep, rest, to, byteAt + panels * bytePitch);
    }
  }

  private static void packRest(Matrix part, int deep, int count, MemorySegment to, long at) {
    to.asSlice(at, deep * LINE).fill((byte) 0);
    if (part.columnStride() != 1) {
      packTurned(part, deep, count, to, at);
      return;
    }
    for (int k = 0; k < deep; k++) {
      long from = (part.offset() + k * part.rowStride()) * Float.BYTES;
      MemorySegment.copy(part.data(), from, to, at + k * LINE, (long) count * Float.BYTES);
    }
  }

  /**
   * Packs whole panels of rows side by side in memory; also of F64, for their bytes are as many.
   */
  static void packWhole(
      MemorySegment x,
      long from,
      long stride,
      int deep,
      int panels,
      MemorySegment to,
      long at,
      long pitch) {
    MemorySegment data = FloatBlock.known(x);
    MemorySegment packed = FloatBlock.known(to);
    for (int k = 0; k < deep; k++) {
      long place = from + k * stride;
      long line = at + k * LINE;
      for (int panel = 0; panel < panels; panel++) {
        for (long byteOf = 0; byteOf < LINE; byteOf += VECTOR) {
          FloatVector.fromMemorySegment(S, data, place + byteOf, ORDER)
              .intoMemorySegment(packed, line + byteOf, ORDER);
        }
        place += LINE;
        line += pitch;
      }
    }
  }

  /** Packs columns whose numbers lie apart: by squares where they lie side by side in memory. */
  private static void packTurned(Matrix part, int deep, int count, MemorySegment to, long at) {
    Matrix turned = part.transposed();
    boolean squares = part.rowStride() == 1 && Squares.fit();
    int wide = squares ? count - count % LANES : 0;
    int tall = squares ? deep - deep % LANES : 0;
    packSquares(turned, tall, wide / LANES, to, at);
    // What lies beside the squares, and what lies below them.
    packColumns(turned, 0, deep, wide, count, to, at);
    packColumns(turned, tall, deep, 0, wide, to, at);
  }

  private static void packSquares(Matrix turned, int deep, int across, MemorySegment to, long at) {
    long stride = turned.rowStride() * Float.BYTES;
    Room room = Scratch.own().sums(SQUARES * across * LANES * LANES);
    for (int k = 0; k < deep; ) {
      int wide = deep - k >= SQUARES * LANES ? SQUARES : 1;
      long from = (turned.offset() + k) * Float.BYTES;
      Squares.transpose(wide, across, turned.data(), from, stride, to, at + k * LINE, LINE, room);
      k += wide * LANES;
    }
  }

  private static void packColumns(
      Matrix turned, int first, int deep, int column, int count, MemorySegment to, long at) {
    float[] line = Scratch.own().a;
    // Part by part: the panel's lines stay in the nearest cache until all columns are there.
    for (int from = first; from < deep; from += TURNED_DEPTH) {
      int length = Math.min(TURNED_DEPTH, deep - from);
      for (int c = column; c < count; c++) {
        turned.readRow(c, from, line, 0, length);
        spread(line, length, to, at + from * LINE + (long) c * Float.BYTES);
      }
    }
  }

  private static void spread(float[] line, int length, MemorySegment to, long at) {
    for (int k = 0; k < length; k++) to.set(ValueLayout.JAVA_FLOAT, at + k * LINE, line[k]);
  }
}
