package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

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

  /** Returns where the numbers of a panel begin in a row. */
  int at(int panel, int row) {
    return (panel * rows + row) * COLUMNS;
  }

  /** Returns how far a panel of a row's numbers begins behind the one before. */
  int step() {
    return rows * COLUMNS;
  }

  /** Takes the rows at {@code count} places. */
  void take(PanelRows from, int head, int[] places, int count) {
    for (int panel = 0; panel < panels; panel++) {
      int source = from.at(head, panel, 0);
      int to = at(panel, 0);
      for (int t = 0; t < count; t++) {
        copy(from.numbers, source + places[t] * COLUMNS, numbers, to + t * COLUMNS);
      }
    }
  }

  private static void copy(float[] from, int at, float[] to, int place) {
    FloatVector x0 = FloatVector.fromArray(SPECIES, from, at);
    FloatVector x1 = FloatVector.fromArray(SPECIES, from, at + LANES);
    x0.intoArray(to, place);
    x1.intoArray(to, place + LANES);
  }

  /** Sets all to zero. */
  void clear() {
    Arrays.fill(numbers, 0);
  }

  /** Adds the first {@code count} rows to the rows at places. */
  void addTo(PanelRows into, int head, int[] places, int count) {
    for (int panel = 0; panel < panels; panel++) {
      int target = into.at(head, panel, 0);
      int from = at(panel, 0);
      for (int t = 0; t < count; t++) {
        add(numbers, from + t * COLUMNS, into.numbers, target + places[t] * COLUMNS);
      }
    }
  }

  private static void add(float[] from, int at, float[] to, int place) {
    FloatVector x0 = FloatVector.fromArray(SPECIES, from, at);
    FloatVector x1 = FloatVector.fromArray(SPECIES, from, at + LANES);
    FloatVector.fromArray(SPECIES, to, place).add(x0).intoArray(to, place);
    FloatVector.fromArray(SPECIES, to, place + LANES).add(x1).intoArray(to, place + LANES);
  }
}
