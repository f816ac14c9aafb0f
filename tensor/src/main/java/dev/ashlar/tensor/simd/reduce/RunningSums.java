package dev.ashlar.tensor.simd.reduce;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Doubles.HALF;
import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.F2D;

import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Tile;
import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * Sums of what came before, of columns or of lines. Each is added to in the order of its numbers:
 * what keeps a processor busy is that there are several.
 */
final class RunningSums {
  /** Lines that are summed side by side. */
  static final int LINES = 4;

  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  private final boolean reverse;
  private final double[] sums = Scratch.own().lanes;
  private final MemorySegment[] lines = new MemorySegment[LINES];

  RunningSums(boolean reverse) {
    this.reverse = reverse;
    for (int i = 0; i < LINES; i++) lines[i] = Scratch.own().line(i, 2 * Blocks.SIZE);
  }

  /** Begins with {@code count} other columns or lines. */
  void begin(int count) {
    Arrays.fill(sums, 0, count, 0);
  }

  /** Sums rows of F32 into one another, in double precision. */
  void floatRows(Tile x, Tile y, int rows, int count) {
    MemorySegment from = x.data();
    MemorySegment to = y.data();
    int first = reverse ? rows - 1 : 0;
    long step = reverse ? -x.stride() : x.stride();
    long toStep = reverse ? -y.stride() : y.stride();
    for (int i = 0; i < count; i += D.length()) {
      long at = x.at() + first * x.stride() + i * 4L;
      long toAt = y.at() + first * y.stride() + i * 4L;
      DoubleVector sum = DoubleVector.fromArray(D, sums, i);
      for (int row = 0; row < rows; row++) {
        FloatVector each = FloatVectors.load(HALF, from, at + row * step);
        sum = sum.add(each.convertShape(F2D, D, 0));
        FloatVectors.store((FloatVector) sum.convertShape(D2F, HALF, 0), to, toAt + row * toStep);
      }
      sum.intoArray(sums, i);
    }
  }

  /** Sums rows of F64 into one another. */
  void doubleRows(Tile x, Tile y, int rows, int count) {
    MemorySegment from = x.data();
    MemorySegment to = y.data();
    int first = reverse ? rows - 1 : 0;
    long step = reverse ? -x.stride() : x.stride();
    long toStep = reverse ? -y.stride() : y.stride();
    for (int i = 0; i < count; i += D.length()) {
      long at = x.at() + first * x.stride() + i * 8L;
      long toAt = y.at() + first * y.stride() + i * 8L;
      DoubleVector sum = DoubleVector.fromArray(D, sums, i);
      for (int row = 0; row < rows; row++) {
        sum = sum.add(DoubleVectors.load(from, at + row * step));
        DoubleVectors.store(sum, to, toAt + row * toStep);
      }
      sum.intoArray(sums, i);
    }
  }

  /** Returns where line {@code i} is put, and summed. */
  MemorySegment line(int i) {
    return lines[i];
  }

  /** Sums all lines, in F32 or F64, {@code count} numbers of each. */
  void lines(boolean floats, int count) {
    if (floats) floatLines(count);
    else if (reverse) doubleLines(lines[0], lines[1], lines[2], lines[3], count - 1, -1, count);
    else doubleLines(lines[0], lines[1], lines[2], lines[3], 0, 1, count);
  }

  /** Sums lines as doubles: to convert one number takes as long as to convert a vector. */
  private void floatLines(int count) {
    double[] numbers = Scratch.own().doubleRows(LINES * Blocks.SIZE);
    for (int i = 0; i < LINES; i++) widen(lines[i], numbers, i * Blocks.SIZE, count);
    if (reverse) backwards(numbers, count);
    else forwards(numbers, count);
    for (int i = 0; i < LINES; i++) narrow(numbers, i * Blocks.SIZE, lines[i], count);
  }

  private static void widen(MemorySegment x, double[] y, int at, int count) {
    for (int i = 0; i < count; i += D.length()) {
      FloatVector each = FloatVectors.load(HALF, x, i * 4L);
      ((DoubleVector) each.convertShape(F2D, D, 0)).intoArray(y, at + i);
    }
  }

  private static void narrow(double[] x, int at, MemorySegment y, int count) {
    for (int i = 0; i < count; i += D.length()) {
      DoubleVector each = DoubleVector.fromArray(D, x, at + i);
      FloatVectors.store((FloatVector) each.convertShape(D2F, HALF, 0), y, i * 4L);
    }
  }

  private void forwards(double[] x, int count) {
    double sumA = sums[0];
    double sumB = sums[1];
    double sumC = sums[2];
    double sumD = sums[3];
    for (int i = 0; i < count; i++) {
      x[i] = sumA += x[i];
      x[i + Blocks.SIZE] = sumB += x[i + Blocks.SIZE];
      x[i + 2 * Blocks.SIZE] = sumC += x[i + 2 * Blocks.SIZE];
      x[i + 3 * Blocks.SIZE] = sumD += x[i + 3 * Blocks.SIZE];
    }
    keep(sumA, sumB, sumC, sumD);
  }

  private void backwards(double[] x, int count) {
    double sumA = sums[0];
    double sumB = sums[1];
    double sumC = sums[2];
    double sumD = sums[3];
    for (int i = count - 1; i >= 0; i--) {
      x[i] = sumA += x[i];
      x[i + Blocks.SIZE] = sumB += x[i + Blocks.SIZE];
      x[i + 2 * Blocks.SIZE] = sumC += x[i + 2 * Blocks.SIZE];
      x[i + 3 * Blocks.SIZE] = sumD += x[i + 3 * Blocks.SIZE];
    }
    keep(sumA, sumB, sumC, sumD);
  }

  private void doubleLines(
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      MemorySegment d,
      int from,
      int step,
      int count) {
    double sumA = sums[0];
    double sumB = sums[1];
    double sumC = sums[2];
    double sumD = sums[3];
    for (int i = 0; i < count; i++) {
      long at = (from + i * step) * 8L;
      sumA += a.get(DOUBLE, at);
      sumB += b.get(DOUBLE, at);
      sumC += c.get(DOUBLE, at);
      sumD += d.get(DOUBLE, at);
      a.set(DOUBLE, at, sumA);
      b.set(DOUBLE, at, sumB);
      c.set(DOUBLE, at, sumC);
      d.set(DOUBLE, at, sumD);
    }
    keep(sumA, sumB, sumC, sumD);
  }

  private void keep(double a, double b, double c, double d) {
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
  }
}
