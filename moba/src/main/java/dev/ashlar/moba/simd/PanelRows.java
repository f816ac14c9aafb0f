package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.EQ;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.incubator.vector.FloatVector;

/**
 * A tensor [T, H, D] in a float array: head by head, and within a head in panels of {@link
 * PanelProducts#COLUMNS} columns, so that rows lie a constant number of places apart whatever D is.
 * A narrower last panel is filled up with zeros, and so are the rows that {@link PaddedRows} adds.
 */
final class PanelRows {
  private static final int CHUNK = 32;

  final float[] numbers;

  /** D. */
  final int size;

  private final int heads;
  private final PaddedRows rows;
  private boolean finite = true;

  private PanelRows(PaddedRows rows, int heads, int size) {
    this.rows = rows;
    this.heads = heads;
    this.size = size;
    this.numbers = Scratch.take(heads * panels(size) * rows.count() * COLUMNS);
  }

  /** Returns rows of zeros. */
  static PanelRows zeros(PaddedRows rows, int heads, int size) {
    var result = new PanelRows(rows, heads, size);
    float[] numbers = result.numbers;
    Parallel.range(
        numbers.length, 1 << 16, (from, to) -> Arrays.fill(numbers, (int) from, (int) to, 0));
    return result;
  }

  /** Ends the use of the array, which another call may take. */
  void giveBack() {
    Scratch.give(numbers);
  }

  /** Returns whether a tensor of this shape fits into an array with so many places of rows. */
  static boolean fits(long places, Shape shape) {
    long row = (long) shape.dim(1) * panels(shape.dim(2)) * COLUMNS;
    return row * places <= Integer.MAX_VALUE - 8;
  }

  static int panels(int size) {
    return Math.ceilDiv(size, COLUMNS);
  }

  /** Returns the numbers of an operand multiplied by a factor. */
  static PanelRows of(Operand operand, PaddedRows rows, float factor) {
    Shape shape = operand.shape();
    var result = new PanelRows(rows, shape.dim(1), shape.dim(2));
    result.clearGaps();
    var finite = new AtomicBoolean(true);
    Parallel.range(
        shape.dim(0),
        CHUNK,
        (from, to) -> {
          float[] chunk = InputRows.take(operand, (int) from, (int) to);
          boolean good = result.set((int) from, (int) to, chunk, factor);
          Scratch.give(chunk);
          if (!good) finite.set(false);
        });
    result.finite = finite.get();
    return result;
  }

  /** Clears the places between rows. */
  private void clearGaps() {
    int[] places = rows.places();
    for (int i = 0; i < places.length; i++) {
      int next = i + 1 < places.length ? places[i + 1] : rows.count();
      if (next == places[i] + 1) continue;
      for (int panel = 0; panel < heads * panels(size); panel++) {
        int from = (panel * rows.count() + places[i] + 1) * COLUMNS;
        Arrays.fill(numbers, from, from + (next - places[i] - 1) * COLUMNS, 0);
      }
    }
  }

  /** Sets rows to a chunk times a factor; returns whether all numbers set are finite. */
  boolean set(int from, int to, float[] chunk, float factor) {
    FloatVector check = FloatVector.zero(SPECIES); // 0 times an infinity or a NaN is NaN
    float tailCheck = 0;
    for (int panel = 0; panel < panels(size); panel++) {
      int width = width(panel);
      int whole = width - width % LANES;
      for (int head = 0; head < heads; head++) {
        int source = head * size + panel * COLUMNS;
        int first = at(head, panel, 0);
        for (int row = from; row < to; row++, source += heads * size) {
          int at = first + rows.places()[row] * COLUMNS;
          if (width == COLUMNS) {
            check = setPanel(chunk, source, factor, at, check);
            continue;
          }
          for (int d = 0; d < whole; d += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, chunk, source + d).mul(factor);
            check = x.fma(FloatVector.zero(SPECIES), check);
            x.intoArray(numbers, at + d);
          }
          for (int d = whole; d < width; d++) {
            numbers[at + d] = chunk[source + d] * factor;
            tailCheck += numbers[at + d] * 0;
          }
          Arrays.fill(numbers, at + width, at + COLUMNS, 0);
        }
      }
    }
    return tailCheck == 0 && check.compare(EQ, 0f).allTrue();
  }

  /**
   * The two vectors of a whole panel one by one: the compiler makes much more of a loop of them.
   */
  private FloatVector setPanel(float[] from, int source, float factor, int at, FloatVector check) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector x0 = FloatVector.fromArray(SPECIES, from, source).mul(factor);
    FloatVector x1 = FloatVector.fromArray(SPECIES, from, source + LANES).mul(factor);
    x0.intoArray(numbers, at);
    x1.intoArray(numbers, at + LANES);
    return x0.fma(zero, x1.fma(zero, check));
  }

  /** Writes all numbers, multiplied by a factor, to a contiguous operand [T, H, D]. */
  void writeTo(Operand operand, float factor) {
    MemorySegment out = operand.elements();
    Parallel.range(
        operand.shape().dim(0),
        CHUNK,
        (from, to) -> {
          float[] row = new float[heads * size];
          for (int t = (int) from; t < to; t++) {
            for (int head = 0; head < heads; head++) get(head, t, factor, row);
            MemorySegment.copy(
                row,
                0,
                out,
                ValueLayout.JAVA_FLOAT,
                (long) t * row.length * Float.BYTES,
                row.length);
          }
        });
  }

  private void get(int head, int row, float factor, float[] to) {
    for (int panel = 0; panel < panels(size); panel++) {
      int from = at(head, panel, rows.places()[row]);
      int at = head * size + panel * COLUMNS;
      int width = width(panel);
      if (width == COLUMNS) {
        getPanel(from, factor, to, at);
        continue;
      }
      int whole = width - width % LANES;
      for (int d = 0; d < whole; d += LANES) {
        FloatVector.fromArray(SPECIES, numbers, from + d).mul(factor).intoArray(to, at + d);
      }
      for (int d = whole; d < width; d++) to[at + d] = numbers[from + d] * factor;
    }
  }

  private void getPanel(int from, float factor, float[] to, int at) {
    FloatVector x0 = FloatVector.fromArray(SPECIES, numbers, from).mul(factor);
    FloatVector x1 = FloatVector.fromArray(SPECIES, numbers, from + LANES).mul(factor);
    x0.intoArray(to, at);
    x1.intoArray(to, at + LANES);
  }

  /** Returns whether the numbers it was made of are finite, with the factor. */
  boolean isFinite() {
    return finite;
  }

  int width(int panel) {
    return Math.min(COLUMNS, size - panel * COLUMNS);
  }

  /** Returns where the numbers of a panel begin in the row at a place of {@link PaddedRows}. */
  int at(int head, int panel, int place) {
    return ((head * panels(size) + panel) * rows.count() + place) * COLUMNS;
  }

  /** Returns how far a panel of a row's numbers begins behind the one before. */
  int step() {
    return rows.count() * COLUMNS;
  }
}
