package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Rows of keys or values turned over, so that rows lie along the lanes: number d of the j-th row of
 * a panel of rows at {@code d * PANEL + j} within the panel.
 */
final class KeyPanels {
  final float[] numbers;
  final boolean finite;
  private final Room room;
  private final int depth;
  private final int panels;

  private KeyPanels(Room room, boolean finite, int depth, int panels) {
    this.room = room;
    this.numbers = room.numbers();
    this.finite = finite;
    this.depth = depth;
    this.panels = panels;
  }

  /**
   * Returns the panels of a tensor [T, G, D] whose rows lie as {@link PaddedRows#ofBlocks} says.
   */
  static KeyPanels of(Operand operand, PaddedRows rows) {
    Shape shape = operand.shape();
    int heads = shape.dim(1);
    int size = shape.dim(2);
    int[] firstRows = rows.firstOfPanels();
    int panels = firstRows.length - 1;
    int depth = Products.padded(size);
    Room room = Scratch.take(heads * panels * depth * PANEL);
    var finite = new AtomicBoolean(true);
    Parallel.range(
        panels,
        1,
        (from, to) -> {
          for (int p = (int) from; p < to; p++) {
            int count = firstRows[p + 1] - firstRows[p];
            Room chunk = InputRows.take(operand, firstRows[p], firstRows[p + 1]);
            if (!Finite.are(chunk.numbers(), chunk.at(), count * heads * size)) finite.set(false);
            for (int head = 0; head < heads; head++) {
              int row = chunk.at() + head * size;
              int panel = room.at() + (head * panels + p) * depth * PANEL;
              if (count < PANEL || size < depth) {
                Arrays.fill(room.numbers(), panel, panel + depth * PANEL, 0);
              }
              Turned.write(
                  chunk.numbers(), row, heads * size, count, size, room.numbers(), panel, PANEL);
            }
            Scratch.give(chunk);
          }
        });
    return new KeyPanels(room, finite.get(), depth, panels);
  }

  /** Ends the use of the room, which another call may take. */
  void giveBack() {
    Scratch.give(room);
  }

  /** Returns where the panel begins whose first row has a place. */
  int at(int head, int place) {
    return room.at() + (head * panels + place / PANEL) * depth * PANEL;
  }
}
