package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.PanelProducts.PANEL;

import java.util.Arrays;

/** The queries of a tile, or other rows, with their numbers side by side along the lanes. */
final class QueryTile {
  // Number d of row t of a panel of rows at (panel * size + d) * PANEL + t.
  private final float[] numbers;
  private final int size;
  private final float[] copy = new float[PANEL * COLUMNS];

  /** Makes room for {@code rows} rows of {@code size} numbers. */
  QueryTile(int size, int rows) {
    this.size = size;
    this.numbers = new float[rows * size];
  }

  /** Takes {@code count} rows from a place on; the lanes beyond become zeros. */
  void load(PanelRows rows, int head, int place, int count) {
    if (count % PANEL != 0) Arrays.fill(numbers, 0);
    for (int panel = 0; panel < PanelRows.panels(size); panel++) {
      int from = rows.at(head, panel, place);
      for (int t = 0; t < count; t += PANEL) {
        int some = Math.min(PANEL, count - t);
        // One row after another comes from memory faster than squares do.
        System.arraycopy(rows.numbers, from + t * COLUMNS, copy, 0, some * COLUMNS);
        Turned.write(
            copy,
            0,
            COLUMNS,
            some,
            rows.width(panel),
            numbers,
            t * size + panel * COLUMNS * PANEL,
            PANEL);
      }
    }
  }

  /**
   * Writes the products of {@code count} rows, rounded up to eights, with the panel of this tile's
   * rows from row {@code row} on.
   *
   * @param to where the first product goes, of the first row with each
   */
  void scores(PanelRows rows, int head, int place, int count, int row, float[] scores, int to) {
    PanelProducts.scores(
        rows.numbers,
        rows.at(head, 0, place),
        rows.step(),
        count,
        size,
        numbers,
        row * size,
        scores,
        to);
  }

  /**
   * Writes gradients of scores, probability (j, t) · (row j · row t - delta t), for {@code count}
   * rows, rounded up to eights, and the panel of this tile's rows from row {@code row} on.
   *
   * @param to where the first probability is, and the first gradient goes, of the first row with
   *     each
   */
  void gradients(
      PanelRows rows,
      int head,
      int place,
      int count,
      int row,
      float[] probabilities,
      float[] delta,
      float[] gradients,
      int to) {
    PanelProducts.gradients(
        rows.numbers,
        rows.at(head, 0, place),
        rows.step(),
        count,
        size,
        numbers,
        row * size,
        probabilities,
        delta,
        row,
        gradients,
        to);
  }
}
