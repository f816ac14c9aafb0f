package dev.ashlar.tensor.simd;

import static jdk.incubator.vector.VectorOperators.F2D;

import dev.ashlar.tensor.Op;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sum, greatest and least of F32 numbers, in double precision. Lanes are joined through an array in
 * their order: the Vector API leaves the order of its own reductions open.
 */
enum Folds {
  /** The sum. */
  SUM(0),
  /** The greatest; NaN if one is NaN. */
  MAX(Double.NEGATIVE_INFINITY),
  /** The least; NaN if one is NaN. */
  MIN(Double.POSITIVE_INFINITY);

  static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  /** As many floats as a vector has doubles. */
  static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));

  private static final int LANES = D.length();

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

  double join(double a, double b) {
    return switch (this) {
      case SUM -> a + b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
    };
  }

  /**
   * Returns the fold of x[0] to x[count - 1]. Writes beyond {@code count}, up to a multiple of four
   * vectors.
   */
  double line(float[] x, int count) {
    int padded = (count + 4 * LANES - 1) / (4 * LANES) * (4 * LANES);
    Arrays.fill(x, count, padded, (float) nothing);
    return switch (this) {
      case SUM -> sum(x, padded);
      case MAX -> max(x, padded);
      case MIN -> min(x, padded);
    };
  }

  /** Folds x[i] into into[i]. */
  void lanes(float[] x, double[] into, int count) {
    switch (this) {
      case SUM -> sumLanes(x, into, count);
      case MAX -> maxLanes(x, into, count);
      case MIN -> minLanes(x, into, count);
    }
  }

  private static DoubleVector at(float[] x, int i) {
    return (DoubleVector) FloatVector.fromArray(HALF, x, i).convertShape(F2D, D, 0);
  }

  private static double sum(float[] x, int count) {
    DoubleVector a = DoubleVector.zero(D);
    DoubleVector b = a;
    DoubleVector c = a;
    DoubleVector d = a;
    for (int i = 0; i < count; i += 4 * LANES) {
      a = a.add(at(x, i));
      b = b.add(at(x, i + LANES));
      c = c.add(at(x, i + 2 * LANES));
      d = d.add(at(x, i + 3 * LANES));
    }
    double[] lanes = a.add(b).add(c.add(d)).toArray();
    double sum = 0;
    for (double lane : lanes) sum += lane;
    return sum;
  }

  private static double max(float[] x, int count) {
    DoubleVector a = DoubleVector.broadcast(D, Double.NEGATIVE_INFINITY);
    DoubleVector b = a;
    for (int i = 0; i < count; i += 2 * LANES) {
      a = a.max(at(x, i));
      b = b.max(at(x, i + LANES));
    }
    double max = Double.NEGATIVE_INFINITY;
    for (double lane : a.max(b).toArray()) max = Math.max(max, lane);
    return max;
  }

  private static double min(float[] x, int count) {
    DoubleVector a = DoubleVector.broadcast(D, Double.POSITIVE_INFINITY);
    DoubleVector b = a;
    for (int i = 0; i < count; i += 2 * LANES) {
      a = a.min(at(x, i));
      b = b.min(at(x, i + LANES));
    }
    double min = Double.POSITIVE_INFINITY;
    for (double lane : a.min(b).toArray()) min = Math.min(min, lane);
    return min;
  }

  private static void sumLanes(float[] x, double[] into, int count) {
    for (int i = 0; i < count; i += LANES)
      DoubleVector.fromArray(D, into, i).add(at(x, i)).intoArray(into, i);
  }

  private static void maxLanes(float[] x, double[] into, int count) {
    for (int i = 0; i < count; i += LANES)
      DoubleVector.fromArray(D, into, i).max(at(x, i)).intoArray(into, i);
  }

  private static void minLanes(float[] x, double[] into, int count) {
    for (int i = 0; i < count; i += LANES)
      DoubleVector.fromArray(D, into, i).min(at(x, i)).intoArray(into, i);
  }
}
