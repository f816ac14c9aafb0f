package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.PANEL;
import static dev.ashlar.tensor.simd.MicroKernels.S;

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
   * @param pitch numbers from a panel to the next
   */
  void pack(int row, int deep, int column, int count, float[] to, int at, int pitch) {
    int panel = 0;
    if (matrix.columnStride() == 1) {
      for (; (panel + TOGETHER) * PANEL <= count; panel += TOGETHER) {
        Matrix part = matrix.from(row, column + panel * PANEL);
        packTogether(part, deep, to, at + panel * pitch, pitch);
      }
    }
    for (; panel * PANEL < count; panel++) {
      int wide = Math.min(PANEL, count - panel * PANEL);
      packPanel(matrix.from(row, column + panel * PANEL), deep, wide, to, at + panel * pitch);
    }
  }

  private static void packTogether(Matrix part, int deep, float[] to, int at, int pitch) {
    MemorySegment data = FloatBlock.known(part.data());
    long from = part.offset() * Float.BYTES;
    long stride = part.rowStride() * Float.BYTES;
    for (int k = 0; k < deep; k++) {
      long row = from + k * stride;
      int line = at + k * PANEL;
      load(data, row, 0).intoArray(to, line);
      load(data, row, 1).intoArray(to, line + LANES);
      load(data, row, 2).intoArray(to, line + pitch);
      load(data, row, 3).intoArray(to, line + pitch + LANES);
      load(data, row, 4).intoArray(to, line + 2 * pitch);
      load(data, row, 5).intoArray(to, line + 2 * pitch + LANES);
      load(data, row, 6).intoArray(to, line + 3 * pitch);
      load(data, row, 7).intoArray(to, line + 3 * pitch + LANES);
    }
  }

  private static FloatVector load(MemorySegment data, long row, int vector) {
    long at = row + (long) vector * LANES * Float.BYTES;
    return FloatVector.fromMemorySegment(S, data, at, FloatBlock.ORDER);
  }

  private static void packWhole(Matrix part, int deep, float[] to, int at) {
    MemorySegment data = FloatBlock.known(part.data());
    long from = part.offset() * Float.BYTES;
    long stride = part.rowStride() * Float.BYTES;
    for (int k = 0; k < deep; k++) {
      load(data, from + k * stride, 0).intoArray(to, at + k * PANEL);
      load(data, from + k * stride, 1).intoArray(to, at + k * PANEL + LANES);
    }
  }

  private static void packPanel(Matrix part, int deep, int count, float[] to, int at) {
    if (count < PANEL) Arrays.fill(to, at, at + deep * PANEL, 0f);
    if (part.columnStride() != 1) packTurned(part, deep, count, to, at);
    else if (count == PANEL) packWhole(part, deep, to, at);
    else for (int k = 0; k < deep; k++) part.readRow(k, 0, to, at + k * PANEL, count);
  }

  private static void packTurned(Matrix part, int deep, int count, float[] to, int at) {
    Matrix turned = part.transposed();
    int squares = 0;
    if (part.rowStride() == 1 && count == PANEL && Squares.fit()) {
      squares = deep / LANES * LANES;
      packSquares(turned, squares, to, at);
    }
    float[] line = Scratch.own().a;
    // Part by part: the panel's lines stay in the nearest cache until all columns are there.
    for (int from = squares; from < deep; from += TURNED_DEPTH) {
      int length = Math.min(TURNED_DEPTH, deep - from);
      for (int c = 0; c < count; c++) {
        turned.readRow(c, from, line, 0, length);
        spread(line, length, to, at + from * PANEL + c);
      }
    }
  }

  private static void packSquares(Matrix turned, int deep, float[] to, int at) {
    long stride = turned.rowStride() * Float.BYTES;
    for (int k = 0; k < deep; k += LANES) {
      for (int c = 0; c < PANEL; c += LANES) {
        long from = (turned.offset() + c * turned.rowStride() + k) * Float.BYTES;
        Squares.transpose(turned.data(), from, stride, to, at + k * PANEL + c, PANEL);
      }
    }
  }

  private static void spread(float[] line, int length, float[] to, int at) {
    for (int k = 0; k < length; k++) to[at + k * PANEL] = line[k];
  }
}
