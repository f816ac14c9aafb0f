package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.Doubles.D;
import static dev.ashlar.tensor.simd.Doubles.HALF;
import static dev.ashlar.tensor.simd.FloatBlock.load;
import static dev.ashlar.tensor.simd.MicroKernels.S;
import static jdk.incubator.vector.VectorOperators.F2D;

import dev.ashlar.tensor.Op;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Sum, greatest and least of F32 numbers; sums are in double precision. Lanes are joined in an
 * order that the number of them fixes: the Vector API leaves the order of its own reductions open.
 */
enum Folds {
  /** The sum. */
  SUM(0),
  /** The greatest; NaN if one is NaN. */
  MAX(Double.NEGATIVE_INFINITY),
  /** The least; NaN if one is NaN. */
  MIN(Double.POSITIVE_INFINITY);

  private static final int LANES = D.length();
  private static final int FLOATS = S.length();
  private static final int HALF_BYTES = LANES * Float.BYTES;
  private static final int VECTOR_BYTES = FLOATS * Float.BYTES;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

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

  /** Returns the fold of {@code count} floats from byte {@code at} on. */
  double line(MemorySegment x, long at, int count) {
    int whole = count - count % (4 * FLOATS);
    double fold =
        switch (this) {
          case SUM -> sum(x, at, whole);
          case MAX -> max(x, at, whole);
          case MIN -> min(x, at, whole);
        };
    for (int i = whole; i < count; i++) {
      fold = join(fold, x.get(FLOAT, at + i * 4L));
    }
    return fold;
  }

  /**
   * Folds {@code rows} rows of {@code count} floats into {@code into}, one after another.
   *
   * @param stride bytes from one row to the next
   */
  void lanes(MemorySegment x, long at, long stride, int rows, double[] into, int count) {
    int whole = count - count % LANES;
    // One row after the other, as they lie: memory is read ahead along one line, not along several.
    for (int row = 0; row < rows; row++) {
      switch (this) {
        case SUM -> sumLanes(x, at + row * stride, into, whole);
        case MAX -> maxLanes(x, at + row * stride, into, whole);
        case MIN -> minLanes(x, at + row * stride, into, whole);
      }
    }
    for (int i = whole; i < count; i++) {
      for (int row = 0; row < rows; row++) {
        into[i] = join(into[i], x.get(FLOAT, at + row * stride + (long) i * Float.BYTES));
      }
    }
  }

  /** Sums a multiple of four vectors. */
  private static double sum(MemorySegment x, long at, int count) {
    DoubleVector a = DoubleVector.zero(D);
    DoubleVector b = a;
    DoubleVector c = a;
    DoubleVector d = a;
    for (int i = 0; i < count; i += 4 * LANES) {
      long from = at + i * 4L;
      a = a.add(load(HALF, x, from).convertShape(F2D, D, 0));
      b = b.add(load(HALF, x, from + HALF_BYTES).convertShape(F2D, D, 0));
      c = c.add(load(HALF, x, from + 2 * HALF_BYTES).convertShape(F2D, D, 0));
      d = d.add(load(HALF, x, from + 3 * HALF_BYTES).convertShape(F2D, D, 0));
    }
    return LaneFolds.sum(a.add(b).add(c.add(d)));
  }

  /** The greatest of a multiple of four vectors; four at a time, since each waits for the last. */
  private static double max(MemorySegment x, long at, int count) {
    FloatVector a = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < count; i += 4 * FLOATS) {
      long from = at + i * 4L;
      a = a.max(load(x, from));
      b = b.max(load(x, from + VECTOR_BYTES));
      c = c.max(load(x, from + 2 * VECTOR_BYTES));
      d = d.max(load(x, from + 3 * VECTOR_BYTES));
    }
    return LaneFolds.max(a.max(b).max(c.max(d)));
  }

  private static double min(MemorySegment x, long at, int count) {
    FloatVector a = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < count; i += 4 * FLOATS) {
      long from = at + i * 4L;
      a = a.min(load(x, from));
      b = b.min(load(x, from + VECTOR_BYTES));
      c = c.min(load(x, from + 2 * VECTOR_BYTES));
      d = d.min(load(x, from + 3 * VECTOR_BYTES));
    }
    return a.min(b).min(c.min(d)).reduceLanes(VectorOperators.MIN);
  }

  private static void sumLanes(MemorySegment x, long at, double[] into, int count) {
    for (int i = 0; i < count; i += LANES) {
      DoubleVector.fromArray(D, into, i)
          .add(load(HALF, x, at + i * 4L).convertShape(F2D, D, 0))
          .intoArray(into, i);
    }
  }

  private static void maxLanes(MemorySegment x, long at, double[] into, int count) {
    for (int i = 0; i < count; i += LANES) {
      DoubleVector.fromArray(D, into, i)
          .max(load(HALF, x, at + i * 4L).convertShape(F2D, D, 0))
          .intoArray(into, i);
    }
  }

  private static void minLanes(MemorySegment x, long at, double[] into, int count) {
    for (int i = 0; i < count; i += LANES) {
      DoubleVector.fromArray(D, into, i)
          .min(load(HALF, x, at + i * 4L).convertShape(F2D, D, 0))
          .intoArray(into, i);
    }
  }
}
