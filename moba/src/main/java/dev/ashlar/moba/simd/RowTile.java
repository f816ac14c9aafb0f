package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.PanelProducts.PAIR;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;

import dev.ashlar.tensor.simd.lanes.Room;
import jdk.incubator.vector.FloatVector;

/** Rows from here and there side by side, in panels of columns like {@link PanelRows}. */
final class RowTile {
  final float[] numbers;
  private final Room room;
  private final int rows;
  private final int size;

  /** Makes room for {@code rows} rows of {@code size} numbers. */
  RowTile(int rows, int size) {
    this.rows = rows;
    this.size = size;
    this.room = Scratch.take(PanelRows.panels(size) * rows * COLUMNS);
    this.numbers = room.numbers();
  }

  /** Returns where a column's number is in a row. */
  int at(int column, int row) {
    return room.at() + (column / COLUMNS * rows + row) * COLUMNS + column % COLUMNS;
  }

  /** Returns how far a panel of a row's numbers begins behind the one before. */
  int step() {
    return rows * COLUMNS;
  }

  /** Sets all to zero. */
  void clear() {
    room.clear();
  }

  /** Ends its use. */
  void giveBack() {
    Scratch.give(room);
  }

  /** Multiplies rows of another by factors, and adds {@code first} to {@code count} to them. */
  void addTo(RowTile others, int[] places, float[] factors, int first, int count) {
    for (int column = 0; column < size; column += PAIR) {
      addPair(others.numbers, others.at(column, 0), places, factors, first, count, column);
    }
  }

  private void addPair(
      float[] into, int at, int[] places, float[] factors, int first, int count, int column) {
    int from = at(column, first);
    for (int t = first; t < count; t++, from += COLUMNS) {
      int row = at + places[t] * COLUMNS;
      FloatVector factor = FloatVector.broadcast(SPECIES, factors[t]);
      FloatVector x0 = FloatVector.fromArray(SPECIES, numbers, from);
      FloatVector x1 = FloatVector.fromArray(SPECIES, numbers, from + LANES);
      FloatVector y0 = FloatVector.fromArray(SPECIES, into, row).fma(factor, x0);
      FloatVector y1 = FloatVector.fromArray(SPECIES, into, row + LANES).fma(factor, x1);
      y0.intoArray(into, row);
      y1.intoArray(into, row + LANES);
    }
  }
}
