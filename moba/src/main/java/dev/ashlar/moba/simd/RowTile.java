package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;

import java.util.Arrays;

/** Rows from here and there side by side, in panels of columns like {@link PanelRows}. */
final class RowTile {
  final float[] numbers;
  private final int rows;
  private final int panels;

  /** Makes room for {@code rows} rows of {@code size} numbers. */
  RowTile(int rows, int size) {
    this.rows = rows;
    this.panels = PanelRows.panels(size);
    this.numbers = new float[panels * rows * COLUMNS];
  }

  /** Returns where a column's number is in a row. */
  int at(int column, int row) {
    return (column / COLUMNS * rows + row) * COLUMNS + column % COLUMNS;
  }

  /** Returns how far a panel of a row's numbers begins behind the one before. */
  int step() {
    return rows * COLUMNS;
  }

  /** Sets all to zero. */
  void clear() {
    Arrays.fill(numbers, 0);
  }
}
