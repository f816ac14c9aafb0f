package dev.ashlar.tensor.simd.reduce;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.store;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.blocks.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;

/** What {@link Folds} does with F32, of F64; each loop is compiled by itself. */
final class DoubleFolds {
  /** Numbers of a line that are folded at a time, so that one need not wait for the last. */
  private static final int STEP = 4 * LANES;

  /** Rows that are folded side by side, so that results stay in registers. */
  private static final int BAND = 8;

  private static final int BYTES = LANES * Double.BYTES;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  private static final Loops.FoldLines SUMS = DoubleFolds::sums;
  private static final Loops.FoldLines GREATEST = DoubleFolds::greatest;
  private static final Loops.FoldLines LEAST = DoubleFolds::least;
  private static final Loops.FoldLanes SUM_LANES = DoubleFolds::sumLanes;
  private static final Loops.FoldLanes MAX_LANES = DoubleFolds::maxLanes;
  private static final Loops.FoldLanes MIN_LANES = DoubleFolds::minLanes;

  private DoubleFolds() {}

  /** Folds each of some lines of {@code count} numbers to one. */
  static void lines(
      Folds fold,
      MemorySegment x,
      long at,
      long stride,
      int lines,
      int count,
      double[] into,
      int index) {
    int whole = count - count % STEP;
    if (whole == 0) Arrays.fill(into, index, index + lines, fold.nothing);
    else wholeLines(fold, x, at, stride, lines, whole, into, index);
    for (int i = whole; i < count; i++) {
      for (int line = 0; line < lines; line++) {
        double each = x.get(DOUBLE, at + line * stride + i * 8L);
        into[index + line] = fold.join(into[index + line], each);
      }
    }
  }

  private static void wholeLines(
      Folds fold,
      MemorySegment x,
      long at,
      long stride,
      int lines,
      int count,
      double[] into,
      int index) {
    double[] lanes = Scratch.own().lanes;
    Loops.FoldLines loop =
        switch (fold) {
          case SUM -> SUMS;
          case MAX -> GREATEST;
          case MIN -> LEAST;
        };
    Apart.compute(loop, x, at, stride, lines, count, lanes);
    for (int line = 0; line < lines; line++) {
      double result = lanes[line * LANES];
      for (int lane = 1; lane < LANES; lane++) {
        result = fold.join(result, lanes[line * LANES + lane]);
      }
      into[index + line] = result;
    }
  }

  /**
   * Two sums, and beside each what its additions lost (Sum2 of Ogita, Rump and Oishi, "Accurate sum
   * and dot product", 2005): a plain one would be the less exact the fewer lanes there are.
   */
  private static void sums(
      MemorySegment x, long at, long stride, int lines, int count, double[] lanes) {
    for (int line = 0; line < lines; line++) {
      long from = at + line * stride;
      DoubleVector a = DoubleVector.zero(D);
      DoubleVector b = a;
      DoubleVector lostA = a;
      DoubleVector lostB = a;
      for (int i = 0; i < count; i += 2 * LANES) {
        DoubleVector x0 = load(x, from + i * 8L);
        DoubleVector x1 = load(x, from + i * 8L + BYTES);
        DoubleVector nextA = a.add(x0);
        DoubleVector nextB = b.add(x1);
        DoubleVector addedA = nextA.sub(a);
        DoubleVector addedB = nextB.sub(b);
        lostA = lostA.add(a.sub(nextA.sub(addedA))).add(x0.sub(addedA));
        lostB = lostB.add(b.sub(nextB.sub(addedB))).add(x1.sub(addedB));
        a = nextA;
        b = nextB;
      }
      // Where a sum is infinite, what it lost is NaN.
      DoubleVector lost = lostA.add(lostB);
      lost = lost.blend(0.0, lost.compare(NE, lost));
      a.add(b).add(lost).intoArray(lanes, line * LANES);
    }
  }

  private static void greatest(
      MemorySegment x, long at, long stride, int lines, int count, double[] lanes) {
    for (int line = 0; line < lines; line++) {
      long from = at + line * stride;
      DoubleVector a = load(x, from);
      DoubleVector b = a;
      DoubleVector c = a;
      DoubleVector d = a;
      for (int i = 0; i < count; i += STEP) {
        long part = from + i * 8L;
        a = a.max(load(x, part));
        b = b.max(load(x, part + BYTES));
        c = c.max(load(x, part + 2 * BYTES));
        d = d.max(load(x, part + 3 * BYTES));
      }
      a.max(c).max(b.max(d)).intoArray(lanes, line * LANES);
    }
  }

  private static void least(
      MemorySegment x, long at, long stride, int lines, int count, double[] lanes) {
    for (int line = 0; line < lines; line++) {
      long from = at + line * stride;
      DoubleVector a = load(x, from);
      DoubleVector b = a;
      DoubleVector c = a;
      DoubleVector d = a;
      for (int i = 0; i < count; i += STEP) {
        long part = from + i * 8L;
        a = a.min(load(x, part));
        b = b.min(load(x, part + BYTES));
        c = c.min(load(x, part + 2 * BYTES));
        d = d.min(load(x, part + 3 * BYTES));
      }
      a.min(c).min(b.min(d)).intoArray(lanes, line * LANES);
    }
  }

  /** Folds {@code rows} rows of {@code count} numbers into others, one after another. */
  static void lanes(
      Folds fold, MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    int whole = count - count % LANES;
    if (whole > 0) wholeLanes(fold, x, at, stride, rows, into, whole);
    for (int i = whole; i < count; i++) {
      double lane = into.getAtIndex(DOUBLE, i);
      for (int row = 0; row < rows; row++) {
        lane = fold.join(lane, x.get(DOUBLE, at + row * stride + i * 8L));
      }
      into.setAtIndex(DOUBLE, i, lane);
    }
  }

  private static void wholeLanes(
      Folds fold, MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    Loops.FoldLanes loop =
        switch (fold) {
          case SUM -> SUM_LANES;
          case MAX -> MAX_LANES;
          case MIN -> MIN_LANES;
        };
    for (int row = 0; row < rows; row += BAND) {
      int band = Math.min(BAND, rows - row);
      Apart.compute(loop, x, at + row * stride, stride, band, into, count);
    }
  }

  private static void sumLanes(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    for (int i = 0; i < count; i += LANES) {
      DoubleVector sum = load(into, i * 8L);
      for (int row = 0; row < rows; row++) sum = sum.add(load(x, at + row * stride + i * 8L));
      store(sum, into, i * 8L);
    }
  }

  private static void maxLanes(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    for (int i = 0; i < count; i += LANES) {
      DoubleVector max = load(into, i * 8L);
      for (int row = 0; row < rows; row++) max = max.max(load(x, at + row * stride + i * 8L));
      store(max, into, i * 8L);
    }
  }

  private static void minLanes(
      MemorySegment x, long at, long stride, int rows, MemorySegment into, int count) {
    for (int i = 0; i < count; i += LANES) {
      DoubleVector min = load(into, i * 8L);
      for (int row = 0; row < rows; row++) min = min.min(load(x, at + row * stride + i * 8L));
      store(min, into, i * 8L);
    }
  }
}
