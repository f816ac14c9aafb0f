package dev.ashlar.tensor.simd.reduce;

import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.blocks.Tile;
import java.lang.foreign.MemorySegment;

/**
 * The greatest or the least of columns, and the row it stands in: the first of equals, and NaN
 * before all numbers. The least is the greatest of what has the other sign.
 */
abstract sealed class Best implements Tile.Loop permits FloatBest, DoubleBest {
  /** The row that the next tile begins with. */
  private int row;

  private final int lanes;
  private final Loops.Map line = (x, at, _, _, count) -> updateLine(x, at, count);

  Best(int lanes) {
    this.lanes = lanes;
  }

  /** Begins with a band of whole vectors. */
  void begin(int count) {
    row = 0;
    clear(count);
  }

  @Override
  public final void compute(Tile x, Tile same, int rows, int count) {
    update(x.data(), x.at(), x.stride(), row, rows, count);
    row += rows;
  }

  /** Returns where the best of a line of numbers that lie side by side stands. */
  final int ofLine(MemorySegment x, long at, int size) {
    begin(lanes);
    int whole = size - size % lanes;
    if (whole > 0) Apart.compute(line, x, at, x, at, whole);
    double best = best();
    int index = index(best);
    for (int i = whole; i < size; i++) {
      double each = number(x, at, i);
      if (!isBetter(each, best)) continue;
      best = each;
      index = i;
    }
    return index;
  }

  private static boolean isBetter(double a, double b) {
    return a > b || Double.isNaN(a) && !Double.isNaN(b);
  }

  /** Forgets the numbers of {@code count} columns. */
  abstract void clear(int count);

  /** Takes rows, the first of which is {@code first}, into the best of {@code count} columns. */
  abstract void update(MemorySegment x, long at, long stride, int first, int rows, int count);

  /** Takes a line of {@code count} numbers as rows of one vector. */
  abstract void updateLine(MemorySegment x, long at, int count);

  /** Returns the row that the best of a column stands in. */
  abstract int row(int column);

  /** Returns the best number of a line, with the sign that it is compared with. */
  abstract double best();

  /** Returns where in a line its best number stands first. */
  abstract int index(double best);

  /** Returns number {@code index} of a line, with the sign that it is compared with. */
  abstract double number(MemorySegment x, long at, int index);
}
