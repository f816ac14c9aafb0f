package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;
import static dev.ashlar.tensor.simd.matmul.MicroKernels.PANEL;

import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.simd.lanes.Squares;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
   * @param at where the first panel begins
   * @param pitch numbers from a panel to the next
   */
  void pack(int row, int deep, int column, int count, float[] to, int at, int pitch) {
    int panels = count / PANEL;
    Matrix part = matrix.from(row, column);
    if (matrix.columnStride() == 1) {
      long from = part.offset() * Float.BYTES;
      long stride = part.rowStride() * Float.BYTES;
      packWhole(part.data(), from, stride, deep, panels, to, at, pitch);
    } else {
      for (int panel = 0; panel < panels; panel++) {
        Matrix columns = part.from(0, panel * PANEL);
        packTurned(columns, deep, PANEL, to, at + panel * pitch);
      }
    }
    int rest = count - panels * PANEL;
    if (rest > 0) {
      packRest(part.from(0, panels * PANEL), deep, rest, to, at + panels * pitch);
    }
  }

  private static void packRest(Matrix part, int deep, int count, float[] to, int at) {
    Arrays.fill(to, at, at + deep * PANEL, 0);
    if (part.columnStride() != 1) {
      packTurned(part, deep, count, to, at);
      return;
    }
    for (int k = 0; k < deep; k++) {
      part.readRow(k, 0, to, at + k * PANEL, count);
    }
  }

  /** Packs whole panels of rows side by side in memory. */
  private static void packWhole(
      MemorySegment x,
      long from,
      long stride,
      int deep,
      int panels,
      float[] to,
      int at,
      int pitch) {
    MemorySegment data = FloatVectors.known(x);
    for (int k = 0; k < deep; k++) {
      long place = from + k * stride;
      int line = at + k * PANEL;
      for (int panel = 0; panel < panels; panel++) {
        for (int c = 0; c < PANEL; c += LANES) {
          FloatVector.fromMemorySegment(S, data, place + (long) c * Float.BYTES, ORDER)
              .intoArray(to, line + c);
        }
        place += (long) PANEL * Float.BYTES;
        line += pitch;
      }
    }
  }

  /** Packs columns whose numbers lie apart: by squares where they lie side by side in memory. */
  private static void packTurned(Matrix part, int deep, int count, float[] to, int at) {
    Matrix turned = part.transposed();
    boolean squares = part.rowStride() == 1 && Squares.fit();
    int wide = squares ? count - count % LANES : 0;
    int tall = squares ? deep - deep % LANES : 0;
    packSquares(turned, tall, wide / LANES, to, at);
    // What lies beside the squares, and what lies below them.
    packColumns(turned, 0, deep, wide, count, to, at);
    packColumns(turned, tall, deep, 0, wide, to, at);
  }

  private static void packSquares(Matrix turned, int deep, int across, float[] to, int at) {
    long stride = turned.rowStride() * Float.BYTES;
    for (int k = 0; k < deep; k += SQUARES * LANES) {
      int end = Math.min(deep, k + SQUARES * LANES);
      for (int c = 0; c < across * LANES; c += LANES) {
        for (int d = k; d < end; d += LANES) {
          long from = turned.from(c, d).offset() * Float.BYTES;
          Squares.transpose(turned.data(), from, stride, to, at + d * PANEL + c, PANEL);
        }
      }
    }
  }

  private static void packColumns(
      Matrix turned, int first, int deep, int column, int count, float[] to, int at) {
    float[] line = Scratch.own().a;
    // Part by part: the panel's lines stay in the nearest cache until all columns are there.
    for (int from = first; from < deep; from += TURNED_DEPTH) {
      int length = Math.min(TURNED_DEPTH, deep - from);
      for (int c = column; c < count; c++) {
        turned.readRow(c, from, line, 0, length);
        for (int k = 0; k < length; k++) to[at + (from + k) * PANEL + c] = line[k];
      }
    }
  }
}
