package dev.ashlar.tensor.simd.reduce;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Doubles.HALF;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.Floats.S;
import static jdk.incubator.vector.VectorOperators.F2D;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.simd.lanes.LaneFolds;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * Sum, greatest and least of F32 numbers; sums are in double precision. Lanes are joined in an
 * order that the number of them fixes: the Vector API leaves the order of its own reductions open.
 * Loops of vectors are entered only for a round at least: what one calls that C2 has seen too
 * rarely it leaves out, and puts vectors into objects for it as long as the program lives.
 */
enum Folds {
  /** The sum. */
  SUM(0),
  /** The greatest; NaN if one is NaN. */
  MAX(Double.NEGATIVE_INFINITY),
  /** The least; NaN if one is NaN. */
  MIN(Double.POSITIVE_INFINITY);

  /** The most lines that are folded at a time. */
  static final int LINES = 32;

  private static final int LANES = D.length();
  private static final int FLOATS = S.length();
  private static final int HALF_BYTES = LANES * Float.BYTES;

  /** Floats that are summed at a time. */
  private static final int STEP = FLOATS < 16 ? 2 * FLOATS : FLOATS;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  // A fused multiplication by 1 adds in units that conversions leave idle.
  private static final DoubleVector ONE = DoubleVector.broadcast(D, 1);

  /** Rows that are folded side by side. */
  private static final int BAND = 8;

  /** Bytes that memory gives at least. */
  private static final int CACHE_LINE = 64;

  /** What the fold of nothing is. */
  final double nothing;

  Folds(double nothing) {
    this.nothing = nothing;
  }

  static Folds of(Op.Reduction op) {
    return switch (op) {
      case Op.Sum _ -> SUM;
      case Op.Max _ -> MAX;
      case Op.Min _ -> MIN;
    };
  }

  /** Joins {@code count} results to others. */
  void join(double[] into, int at, double[] more, int from, int count) {
    switch (this) {
      case SUM -> {
        for (int i = 0; i < count; i++) into[at + i] += more[from + i];
      }
      case MAX -> {
        for (int i = 0; i < count; i++) into[at + i] = Math.max(into[at + i], more[from + i]);
      }
      case MIN -> {
        for (int i = 0; i < count; i++) into[at + i] = Math.min(into[at + i], more[from + i]);
      }
    }
  }

  double join(double a, double b) {
    return switch (this) {
      case SUM -> a + b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
    };
  }

  /**
   * Folds each of at most {@link #LINES} lines of {@code count} floats to a number.
   *
   * @param stride bytes from one line to the next
   */
  void lines(
      MemorySegment x, long at, long stride, int lines, int count, double[] into, int index) {
    int whole = count - count % (this == SUM ? STEP : FLOATS);
    if (whole == 0) Arrays.fill(into, index, index + lines, nothing);
    else wholeLines(x, at, stride, lines, whole, into, index);
    for (int i = whole; i < count; i++) {
      for (int line = 0; line < lines; line++) {
        float each = x.get(FLOAT, at + line * stride + i * 4L);
        into[index + line] = join(into[index + line], each);
      }
    }
  }

  private void wholeLines(
      MemorySegment x, long at, long stride, int lines, int count, double[] into, int index) {
    switch (this) {
      case SUM -> sums(x, at, stride, lines, count, into, index);
      case MAX -> greatest(x, at, stride, lines, count, into, index);
      case MIN -> least(x, at, stride, lines, count, into, index);
    }
  }

  /**
   * Folds {@code rows} rows of {@code count} floats into doubles, one after another.
   *
   * @param stride bytes from one row to the next
   * @param into aligned memory: a vector that crosses a line of the cache takes twice as long
   */
  void lanes(MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    int whole = count - count % LANES;
    if (whole > 0) wholeLanes(x, at, stride, rows, into, whole);
    for (int i = whole; i < count; i++) {
      double lane = into.getAtIndex(DOUBLE, i);
      for (int row = 0; row < rows; row++) {
        lane = join(lane, x.get(FLOAT, at + row * stride + (long) i * Float.BYTES));
      }
      into.setAtIndex(DOUBLE, i, lane);
    }
  }

  private void wholeLanes(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    switch (this) {
      case SUM -> sumLanes(x, at, stride, rows, into, count);
      case MAX -> maxLanes(x, at, stride, rows, into, count);
      case MIN -> minLanes(x, at, stride, rows, into, count);
    }
  }

  /**
   * Sums whole vectors in two or four lines of lanes, so that one addition need not wait for the
   * last: of 512 bits two lines keep a processor busy, and leave less to do at the end.
   */
  private static void sums(
      MemorySegment x, long at, long stride, int lines, int count, double[] into, int index) {
    double[] lanes = Scratch.own().lanes;
    for (int line = 0; line < lines; line++) {
      long from = at + line * stride;
      DoubleVector a = DoubleVector.zero(D);
      DoubleVector b = a;
      DoubleVector c = a;
      DoubleVector d = a;
      for (int i = 0; i < count; i += STEP) {
        long part = from + i * 4L;
        a = floats(x, part).fma(ONE, a);
        b = floats(x, part + HALF_BYTES).fma(ONE, b);
        if (STEP > FLOATS) {
          c = floats(x, part + 2 * HALF_BYTES).fma(ONE, c);
          d = floats(x, part + 3 * HALF_BYTES).fma(ONE, d);
        }
      }
      if (STEP > FLOATS) {
        a = a.add(c);
        b = b.add(d);
      }
      a.add(b).intoArray(lanes, line * LANES);
    }
    for (int line = 0; line < lines; line++) {
      into[index + line] = LaneFolds.sum(DoubleVector.fromArray(D, lanes, line * LANES));
    }
  }

  private static void greatest(
      MemorySegment x, long at, long stride, int lines, int count, double[] into, int index) {
    int[] lanes = Scratch.own().i;
    Greatest.positive(x, at, stride, lines, count, lanes);
    for (int line = 0; line < lines; line++) {
      into[index + line] = Greatest.greatest(x, at + line * stride, count, lanes, line);
    }
  }

  private static void least(
      MemorySegment x, long at, long stride, int lines, int count, double[] into, int index) {
    int[] lanes = Scratch.own().i;
    Greatest.negative(x, at, stride, lines, count, lanes);
    for (int line = 0; line < lines; line++) {
      into[index + line] = Greatest.least(x, at + line * stride, count, lanes, line);
    }
  }

  // Lines into one another, one after the other, as they lie: memory is read ahead along one line,
  // not along several.

  private static void sumLanes(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    int banded = banded(stride, rows, count, LANES);
    if (banded > 0) sumBands(x, at, stride, banded, into, count);
    if (banded < rows) sumRows(x, at + banded * stride, stride, rows - banded, into, count);
  }

  /**
   * Returns how many rows are folded side by side, {@code step} columns at a time: of such as lie
   * one behind the other.
   */
  private static int banded(long stride, int rows, int count, int step) {
    boolean behind = stride == count * (long) Float.BYTES;
    return behind && count % step == 0 ? rows - rows % BAND : 0;
  }

  private static void sumRows(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    for (int row = 0; row < rows; row++) {
      long from = at + row * stride;
      for (int i = 0; i < count; i += LANES) {
        DoubleVectors.store(
            floats(x, from + i * 4L).fma(ONE, DoubleVectors.load(into, i * 8L)), into, i * 8L);
      }
    }
  }

  /**
   * Sums rows that lie one behind the other, {@link #BAND} of them side by side, so that sums stay
   * in registers. Meanwhile a number of each line of the next rows is read in their order, since
   * memory is read ahead along one line only.
   */
  private static void sumBands(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    int ahead = 0;
    for (int row = 0; row < rows; row += BAND) {
      long from = at + row * stride;
      long next = row + BAND < rows ? from + BAND * stride : from;
      for (int i = 0; i < count; i += LANES) {
        long part = next + i * (long) BAND * Float.BYTES;
        for (int b = 0; b < BAND * HALF_BYTES; b += CACHE_LINE) ahead += x.get(INT, part + b);
        long y = from + i * 4L;
        DoubleVector sum = floats(x, y).fma(ONE, DoubleVectors.load(into, i * 8L));
        sum = floats(x, y + stride).fma(ONE, sum);
        sum = floats(x, y + 2 * stride).fma(ONE, sum);
        sum = floats(x, y + 3 * stride).fma(ONE, sum);
        sum = floats(x, y + 4 * stride).fma(ONE, sum);
        sum = floats(x, y + 5 * stride).fma(ONE, sum);
        sum = floats(x, y + 6 * stride).fma(ONE, sum);
        DoubleVectors.store(floats(x, y + 7 * stride).fma(ONE, sum), into, i * 8L);
      }
    }
    Scratch.own().readAhead = ahead;
  }

  private static void maxLanes(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    int banded = banded(stride, rows, count, FLOATS);
    if (banded > 0) maxBands(x, at, stride, banded, into, count);
    if (banded < rows) maxRows(x, at + banded * stride, stride, rows - banded, into, count);
  }

  private static void maxRows(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    for (int row = 0; row < rows; row++) {
      long from = at + row * stride;
      for (int i = 0; i < count; i += LANES) {
        DoubleVectors.store(
            DoubleVectors.load(into, i * 8L).max(floats(x, from + i * 4L)), into, i * 8L);
      }
    }
  }

  /** Compares rows as {@link #sumBands} sums them, as floats. */
  private static void maxBands(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    int ahead = 0;
    for (int row = 0; row < rows; row += BAND) {
      long from = at + row * stride;
      long next = row + BAND < rows ? from + BAND * stride : from;
      for (int i = 0; i < count; i += FLOATS) {
        long part = next + i * (long) BAND * Float.BYTES;
        for (int b = 0; b < 2 * BAND * HALF_BYTES; b += CACHE_LINE) ahead += x.get(INT, part + b);
        long y = from + i * 4L;
        FloatVector best = load(x, y).max(load(x, y + stride));
        best = best.max(load(x, y + 2 * stride).max(load(x, y + 3 * stride)));
        best = best.max(load(x, y + 4 * stride).max(load(x, y + 5 * stride)));
        best = best.max(load(x, y + 6 * stride).max(load(x, y + 7 * stride)));
        long low = i * 8L;
        long high = low + LANES * 8L;
        DoubleVectors.store(half(best, 0).max(DoubleVectors.load(into, low)), into, low);
        DoubleVectors.store(half(best, 1).max(DoubleVectors.load(into, high)), into, high);
      }
    }
    Scratch.own().readAhead = ahead;
  }

  private static void minLanes(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    int banded = banded(stride, rows, count, FLOATS);
    if (banded > 0) minBands(x, at, stride, banded, into, count);
    if (banded < rows) minRows(x, at + banded * stride, stride, rows - banded, into, count);
  }

  private static void minRows(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    for (int row = 0; row < rows; row++) {
      long from = at + row * stride;
      for (int i = 0; i < count; i += LANES) {
        DoubleVectors.store(
            DoubleVectors.load(into, i * 8L).min(floats(x, from + i * 4L)), into, i * 8L);
      }
    }
  }

  private static void minBands(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    int ahead = 0;
    for (int row = 0; row < rows; row += BAND) {
      long from = at + row * stride;
      long next = row + BAND < rows ? from + BAND * stride : from;
      for (int i = 0; i < count; i += FLOATS) {
        long part = next + i * (long) BAND * Float.BYTES;
        for (int b = 0; b < 2 * BAND * HALF_BYTES; b += CACHE_LINE) ahead += x.get(INT, part + b);
        long y = from + i * 4L;
        FloatVector best = load(x, y).min(load(x, y + stride));
        best = best.min(load(x, y + 2 * stride).min(load(x, y + 3 * stride)));
        best = best.min(load(x, y + 4 * stride).min(load(x, y + 5 * stride)));
        best = best.min(load(x, y + 6 * stride).min(load(x, y + 7 * stride)));
        long low = i * 8L;
        long high = low + LANES * 8L;
        DoubleVectors.store(half(best, 0).min(DoubleVectors.load(into, low)), into, low);
        DoubleVectors.store(half(best, 1).min(DoubleVectors.load(into, high)), into, high);
      }
    }
    Scratch.own().readAhead = ahead;
  }

  /** Returns one half of a vector as doubles. */
  private static DoubleVector half(FloatVector x, int part) {
    return (DoubleVector) x.convertShape(F2D, D, part);
  }

  /** Returns floats as the doubles of a vector. */
  private static DoubleVector floats(MemorySegment x, long at) {
    return (DoubleVector) load(HALF, x, at).convertShape(F2D, D, 0);
  }
}
