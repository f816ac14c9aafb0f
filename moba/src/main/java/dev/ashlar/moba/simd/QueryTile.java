package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;

import java.util.Arrays;

/** The queries of a tile, or other rows, with their numbers side by side along the lanes. */
final class QueryTile {
  // Number d of row t of a panel of rows at (panel * size + d) * PANEL + t.
  private final float[] numbers;
  private final int size;

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
      int width = rows.width(panel);
      for (int t = 0; t < count; t++, from += PANEL) {
        int to = (t / PANEL * size + panel * PANEL) * PANEL + t % PANEL;
        for (int d = 0; d < width; d++) numbers[to + d * PANEL] = rows.numbers[from + d];
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
    for (int panel = 0; panel < PanelRows.panels(size); panel++) {
      PanelProducts.scores(
          rows.numbers,
          rows.at(head, panel, place),
          count,
          rows.width(panel),
          numbers,
          row * size + panel * PANEL * PANEL,
          scores,
          to,
          panel > 0);
    }
  }
}
