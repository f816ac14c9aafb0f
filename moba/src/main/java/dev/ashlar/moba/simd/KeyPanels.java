package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.Squares;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A tensor [T, G, D] of keys or values turned over, so that rows lie along the lanes: panels of
 * {@link #WIDTH} rows, head by head, number d of row j of a panel at {@code d * WIDTH + j}. Zeros
 * follow the last row and the last number.
 */
final class KeyPanels {
  /** The rows of a panel: two vectors side by side. */
  static final int WIDTH = 2 * LANES;

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

  /** Returns whether tensors of this shape fit into arrays. */
  static boolean fits(Shape shape) {
    long head = (long) Products.padded(shape.dim(2)) * (shape.dim(0) + WIDTH);
    return head * shape.dim(1) < Integer.MAX_VALUE;
  }

  /** Returns the panels of an operand, in an array of {@link Scratch}. */
  static KeyPanels of(Operand operand) {
    Shape shape = operand.shape();
    int heads = shape.dim(1);
    int size = shape.dim(2);
    int panels = Math.ceilDiv(shape.dim(0), WIDTH);
    int depth = Products.padded(size);
    float[] numbers = Scratch.take(heads * panels * depth * WIDTH);
    var finite = new AtomicBoolean(true);
    Parallel.range(
        shape.dim(0),
        WIDTH,
        (from, to) -> {
          float[] chunk = new float[(int) (to - from) * heads * size];
          HeadRows.read(operand, (int) from, (int) to, chunk);
          if (!Finite.are(chunk)) finite.set(false);
          int rows = (int) (to - from);
          for (int head = 0; head < heads; head++) {
            int panel = (head * panels + (int) from / WIDTH) * depth * WIDTH;
            if (rows < WIDTH || size < depth) {
              Arrays.fill(numbers, panel, panel + depth * WIDTH, 0);
            }
            turn(chunk, head * size, rows, heads * size, size, numbers, panel);
          }
        });
    return new KeyPanels(numbers, finite.get(), depth, panels);
  }

  /** Turns over squares of rows and numbers in registers, and what is left one by one. */
  private static void turn(
      float[] rows, int at, int count, int pitch, int size, float[] panels, int to) {
    int wholeRows = Squares.fit() ? count / LANES * LANES : 0;
    int wholeSize = size / LANES * LANES;
    MemorySegment segment = MemorySegment.ofArray(rows);
    long stride = (long) pitch * Float.BYTES;
    for (int j = 0; j < wholeRows; j += LANES) {
      for (int d = 0; d < wholeSize; d += LANES) {
        long from = (long) (at + j * pitch + d) * Float.BYTES;
        Squares.transpose(segment, from, stride, panels, to + d * WIDTH + j, WIDTH);
      }
    }
    for (int j = 0; j < count; j++) {
      int from = at + j * pitch;
      for (int d = j < wholeRows ? wholeSize : 0; d < size; d++) {
        panels[to + d * WIDTH + j] = rows[from + d];
      }
    }
  }

  /** Returns where the panel begins whose first row is {@code row}, a multiple of the width. */
  int at(int head, int row) {
    return (head * panels + row / WIDTH) * depth * WIDTH;
  }
}
