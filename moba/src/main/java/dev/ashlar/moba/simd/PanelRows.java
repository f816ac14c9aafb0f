package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.PanelProducts.PAIR;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.EQ;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.simd.lanes.Room;
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
 * The last {@link PanelProducts#PAIR} of vectors is filled up with zeros, the rest of its panel
 * means nothing; the rows that {@link PaddedRows} adds are zeros.
 */
final class PanelRows {
  private static final int CHUNK = 64;

  final float[] numbers;

  private final Room room;

  /** D. */
  final int size;

  private final int heads;
  private final PaddedRows rows;
  private boolean finite = true;

  private PanelRows(PaddedRows rows, int heads, int size) {
    this.rows = rows;
    this.heads = heads;
    this.size = size;
    this.room = Scratch.take(heads * panels(size) * rows.count() * COLUMNS);
    this.numbers = room.numbers();
  }

  /** Returns rows of zeros. */
  static PanelRows zeros(PaddedRows rows, int heads, int size) {
    var result = new PanelRows(rows, heads, size);
    Room room = result.room;
    Parallel.range(
        room.size(),
        1 << 16,
        (from, to) -> Arrays.fill(room.numbers(), room.at() + (int) from, room.at() + (int) to, 0));
    return result;
  }

  /** Ends the use of the room, which another call may take. */
  void giveBack() {
    Scratch.give(room);
  }

  /** Returns whether a tensor of this shape fits into an array with so many places of rows. */
  static boolean fits(long places, Shape shape) {
    long row = (long) shape.dim(1) * panels(shape.dim(2)) * COLUMNS;
    return Room.fits(row * places);
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
    boolean whole = RowPlaces.areWhole(operand);
    Parallel.range(
        shape.dim(0),
        CHUNK,
        (from, to) -> {
          boolean good;
          if (whole) {
            good = result.read(RowPlaces.of(operand), (int) from, (int) to, factor);
          } else {
            Room chunk = InputRows.take(operand, (int) from, (int) to);
            good = result.set((int) from, (int) to, chunk.numbers(), chunk.at(), factor);
            Scratch.give(chunk);
          }
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
        int from = room.at() + (panel * rows.count() + places[i] + 1) * COLUMNS;
        Arrays.fill(numbers, from, from + (next - places[i] - 1) * COLUMNS, 0);
      }
    }
  }

  /** Sets rows to those of an operand times a factor; returns whether all numbers are finite. */
  private boolean read(RowPlaces rowsIn, int from, int to, float factor) {
    boolean finite = size < PAIR || readPairs(rowsIn, from, to, factor);
    return size % PAIR == 0 ? finite : readRest(rowsIn, from, to, factor) && finite;
  }

  private boolean readPairs(RowPlaces rowsIn, int from, int to, float factor) {
    MemorySegment data = rowsIn.data();
    FloatVector check = FloatVector.zero(SPECIES); // 0 times an infinity or a NaN is NaN
    for (int row = from; row < to; row++) {
      for (int head = 0; head < heads; head++) {
        long in = rowsIn.at(row, head);
        int first = at(head, 0, rows.places()[row]);
        for (int d = 0; d < size - size % PAIR; d += PAIR) {
          int at = first + offset(d, step());
          FloatVector x0 = FloatVectors.load(data, in).mul(factor);
          FloatVector x1 = FloatVectors.load(data, in + (long) LANES * Float.BYTES).mul(factor);
          x0.intoArray(numbers, at);
          x1.intoArray(numbers, at + LANES);
          check = x0.fma(FloatVector.zero(SPECIES), x1.fma(FloatVector.zero(SPECIES), check));
          in += (long) PAIR * Float.BYTES;
        }
      }
    }
    return check.compare(EQ, 0f).allTrue();
  }

  /** Does so with what is less than a pair of vectors. */
  private boolean readRest(RowPlaces rowsIn, int from, int to, float factor) {
    FloatVector check = FloatVector.zero(SPECIES);
    int rest = size % PAIR;
    for (int row = from; row < to; row++) {
      for (int head = 0; head < heads; head++) {
        long in = rowsIn.at(row, head) + (long) (size - rest) * Float.BYTES;
        int at = at(head, size - rest, rows.places()[row]);
        MemorySegment.copy(rowsIn.data(), ValueLayout.JAVA_FLOAT, in, numbers, at, rest);
        check = scaleRest(at, rest, factor, check);
      }
    }
    return check.compare(EQ, 0f).allTrue();
  }

  /**
   * Sets rows to [rows, H, D], which begins at {@code sourceAt}, times a factor; returns whether
   * all numbers are finite.
   */
  boolean set(int from, int to, float[] source, int sourceAt, float factor) {
    FloatVector check = FloatVector.zero(SPECIES);
    for (int row = from; row < to; row++) {
      for (int head = 0; head < heads; head++) {
        for (int d = 0; d < size; d += PAIR) {
          int at = at(head, d, rows.places()[row]);
          int width = Math.min(PAIR, size - d);
          System.arraycopy(source, sourceAt, numbers, at, width);
          check = scaleRest(at, width, factor, check);
          sourceAt += width;
        }
      }
    }
    return check.compare(EQ, 0f).allTrue();
  }

  /** Multiplies the first numbers of a pair of vectors, and clears the others. */
  private FloatVector scaleRest(int at, int width, float factor, FloatVector check) {
    Arrays.fill(numbers, at + width, at + PAIR, 0);
    FloatVector x0 = FloatVector.fromArray(SPECIES, numbers, at).mul(factor);
    FloatVector x1 = FloatVector.fromArray(SPECIES, numbers, at + LANES).mul(factor);
    x0.intoArray(numbers, at);
    x1.intoArray(numbers, at + LANES);
    return x0.fma(FloatVector.zero(SPECIES), x1.fma(FloatVector.zero(SPECIES), check));
  }

  /** Writes all numbers, multiplied by a factor, to an operand [T, H, D] of whole rows. */
  void writeTo(Operand operand, float factor) {
    RowPlaces out = RowPlaces.of(operand);
    Parallel.range(
        operand.shape().dim(0),
        CHUNK,
        (from, to) -> {
          for (int row = (int) from; row < to; row++) {
            for (int head = 0; head < heads; head++) {
              int at = at(head, 0, rows.places()[row]);
              write(numbers, at, step(), size, factor, out.data(), out.at(row, head));
            }
          }
        });
  }

  /**
   * Writes a row that lies in panels, multiplied by a factor, which may change it.
   *
   * @param at where it begins, and {@code step} from one of its panels to the next
   * @param size the numbers written
   */
  static void write(
      float[] numbers, int at, int step, int size, float factor, MemorySegment out, long to) {
    int rest = size % PAIR;
    if (size > rest) writePairs(numbers, at, step, size - rest, factor, out, to);
    if (rest == 0) return;
    int from = at + offset(size - rest, step);
    for (int d = 0; d < rest; d++) numbers[from + d] *= factor;
    long restTo = to + (long) (size - rest) * Float.BYTES;
    MemorySegment.copy(numbers, from, out, ValueLayout.JAVA_FLOAT, restTo, rest);
  }

  private static void writePairs(
      float[] numbers, int at, int step, int size, float factor, MemorySegment out, long to) {
    for (int d = 0; d < size; d += PAIR) {
      int from = at + offset(d, step);
      long place = to + (long) d * Float.BYTES;
      FloatVector x0 = FloatVector.fromArray(SPECIES, numbers, from).mul(factor);
      FloatVector x1 = FloatVector.fromArray(SPECIES, numbers, from + LANES).mul(factor);
      FloatVectors.store(x0, out, place);
      FloatVectors.store(x1, out, place + (long) LANES * Float.BYTES);
    }
  }

  /** Returns whether the numbers it was made of are finite, with the factor. */
  boolean isFinite() {
    return finite;
  }

  /** Returns how far a column's number lies behind the first of its row. */
  private static int offset(int column, int step) {
    return column / COLUMNS * step + column % COLUMNS;
  }

  /** Returns where a column's number is in the row at a place of {@link PaddedRows}. */
  int at(int head, int column, int place) {
    int first = room.at() + head * panels(size) * step();
    return first + place * COLUMNS + offset(column, step());
  }

  /** Returns how far a panel of a row's numbers begins behind the one before. */
  int step() {
    return rows.count() * COLUMNS;
  }
}
