package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.Products.LANES;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.Squares;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Rows of keys or values turned over, so that rows lie along the lanes: number d of the j-th row of
 * a panel of rows at {@code d * PANEL + j} within the panel.
 */
final class KeyPanels {
  final float[] numbers;
  final boolean finite;
  private final int depth;
  private final int panels;

  private KeyPanels(float[] numbers, boolean finite, int depth, int panels) {
    this.numbers = numbers;
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
    float[] numbers = Scratch.take(heads * panels * depth * PANEL);
    var finite = new AtomicBoolean(true);
    Parallel.range(
        panels,
        1,
        (from, to) -> {
          for (int p = (int) from; p < to; p++) {
            int count = firstRows[p + 1] - firstRows[p];
            float[] chunk = InputRows.take(operand, firstRows[p], firstRows[p + 1]);
            if (!Finite.are(chunk, count * heads * size)) finite.set(false);
            for (int head = 0; head < heads; head++) {
              int panel = (head * panels + p) * depth * PANEL;
              if (count < PANEL || size < depth) {
                Arrays.fill(numbers, panel, panel + depth * PANEL, 0);
              }
              turn(chunk, head * size, count, heads * size, size, numbers, panel);
            }
            Scratch.give(chunk);
          }
        });
    return new KeyPanels(numbers, finite.get(), depth, panels);
  }

  /** Turns over squares of rows and numbers in registers, and what is left one by one. */
  static void turn(float[] rows, int at, int count, int pitch, int size, float[] panels, int to) {
    int wholeRows = Squares.fit() ? count / LANES * LANES : 0;
    int wholeSize = size / LANES * LANES;
    MemorySegment segment = MemorySegment.ofArray(rows);
    long stride = (long) pitch * Float.BYTES;
    for (int j = 0; j < wholeRows; j += LANES) {
      for (int d = 0; d < wholeSize; d += LANES) {
        long from = (long) (at + j * pitch + d) * Float.BYTES;
        Squares.transpose(segment, from, stride, panels, to + d * PANEL + j, PANEL);
      }
    }
    for (int j = 0; j < count; j++) {
      int from = at + j * pitch;
      for (int d = j < wholeRows ? wholeSize : 0; d < size; d++) {
        panels[to + d * PANEL + j] = rows[from + d];
      }
    }
  }

  /** Ends the use of the array, which another call may take. */
  void giveBack() {
    Scratch.give(numbers);
  }

  /** Returns where the panel begins whose first row has a place. */
  int at(int head, int place) {
    return (head * panels + place / PANEL) * depth * PANEL;
  }
}
