package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;

import jdk.incubator.vector.FloatVector;

/** Sums with weight (k, r) at {@code r * PITCH + k}: all those of row r lie side by side. */
final class SpreadKernels extends PanelSums {
  static final PanelSums SPREAD = new SpreadKernels();

  private SpreadKernels() {}

  @Override
  int place(int k, int r) {
    return r * PITCH + k;
  }

  /** In fours: eight rows by three vectors would run at nine tenths of their pace. */
  @Override
  void eightByThree(
      float[] weights,
      int at,
      int depth,
      float[] rows,
      int from,
      int step,
      float[] into,
      int to,
      int intoStep) {
    fourByThree(weights, at, depth, rows, from, step, into, to, intoStep);
    fourByThree(weights, at + 4 * PITCH, depth, rows, from, step, into, to + 4 * COLUMNS, intoStep);
  }

  private static void fourByThree(
      float[] weights,
      int at,
      int depth,
      float[] rows,
      int from,
      int step,
      float[] into,
      int to,
      int intoStep) {
    FloatVector c00 = FloatVector.zero(SPECIES),
        c01 = FloatVector.zero(SPECIES),
        c02 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES),
        c11 = FloatVector.zero(SPECIES),
        c12 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES),
        c21 = FloatVector.zero(SPECIES),
        c22 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES),
        c31 = FloatVector.zero(SPECIES),
        c32 = FloatVector.zero(SPECIES);
    int end = at + depth;
    int first = from - at * COLUMNS;
    for (int k = at; k < end; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, rows, first + k * COLUMNS);
      FloatVector b1 = FloatVector.fromArray(SPECIES, rows, first + k * COLUMNS + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, rows, first + step + k * COLUMNS);
      FloatVector x = FloatVector.broadcast(SPECIES, weights[k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      c02 = x.fma(b2, c02);
      x = FloatVector.broadcast(SPECIES, weights[k + PITCH]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      c12 = x.fma(b2, c12);
      x = FloatVector.broadcast(SPECIES, weights[k + 2 * PITCH]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      c22 = x.fma(b2, c22);
      x = FloatVector.broadcast(SPECIES, weights[k + 3 * PITCH]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      c32 = x.fma(b2, c32);
    }
    c00.add(FloatVector.fromArray(SPECIES, into, to)).intoArray(into, to);
    c01.add(FloatVector.fromArray(SPECIES, into, to + LANES)).intoArray(into, to + LANES);
    c02.add(FloatVector.fromArray(SPECIES, into, to + intoStep)).intoArray(into, to + intoStep);
    c10.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS)).intoArray(into, to + COLUMNS);
    c11.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS + LANES))
        .intoArray(into, to + COLUMNS + LANES);
    c12.add(FloatVector.fromArray(SPECIES, into, to + intoStep + COLUMNS))
        .intoArray(into, to + intoStep + COLUMNS);
    c20.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS))
        .intoArray(into, to + 2 * COLUMNS);
    c21.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS + LANES))
        .intoArray(into, to + 2 * COLUMNS + LANES);
    c22.add(FloatVector.fromArray(SPECIES, into, to + intoStep + 2 * COLUMNS))
        .intoArray(into, to + intoStep + 2 * COLUMNS);
    c30.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS))
        .intoArray(into, to + 3 * COLUMNS);
    c31.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS + LANES))
        .intoArray(into, to + 3 * COLUMNS + LANES);
    c32.add(FloatVector.fromArray(SPECIES, into, to + intoStep + 3 * COLUMNS))
        .intoArray(into, to + intoStep + 3 * COLUMNS);
  }

  @Override
  void eightByTwo(
      float[] weights, int at, int depth, float[] rows, int from, float[] into, int to) {
    FloatVector c00 = FloatVector.zero(SPECIES), c01 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES), c11 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES), c21 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES), c31 = FloatVector.zero(SPECIES);
    FloatVector c40 = FloatVector.zero(SPECIES), c41 = FloatVector.zero(SPECIES);
    FloatVector c50 = FloatVector.zero(SPECIES), c51 = FloatVector.zero(SPECIES);
    FloatVector c60 = FloatVector.zero(SPECIES), c61 = FloatVector.zero(SPECIES);
    FloatVector c70 = FloatVector.zero(SPECIES), c71 = FloatVector.zero(SPECIES);
    int end = at + depth;
    int first = from - at * COLUMNS;
    for (int k = at; k < end; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, rows, first + k * COLUMNS);
      FloatVector b1 = FloatVector.fromArray(SPECIES, rows, first + k * COLUMNS + LANES);
      FloatVector x = FloatVector.broadcast(SPECIES, weights[k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(SPECIES, weights[k + PITCH]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(SPECIES, weights[k + 2 * PITCH]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(SPECIES, weights[k + 3 * PITCH]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      x = FloatVector.broadcast(SPECIES, weights[k + 4 * PITCH]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      x = FloatVector.broadcast(SPECIES, weights[k + 5 * PITCH]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
      x = FloatVector.broadcast(SPECIES, weights[k + 6 * PITCH]);
      c60 = x.fma(b0, c60);
      c61 = x.fma(b1, c61);
      x = FloatVector.broadcast(SPECIES, weights[k + 7 * PITCH]);
      c70 = x.fma(b0, c70);
      c71 = x.fma(b1, c71);
    }
    c00.add(FloatVector.fromArray(SPECIES, into, to)).intoArray(into, to);
    c01.add(FloatVector.fromArray(SPECIES, into, to + LANES)).intoArray(into, to + LANES);
    c10.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS)).intoArray(into, to + COLUMNS);
    c11.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS + LANES))
        .intoArray(into, to + COLUMNS + LANES);
    c20.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS))
        .intoArray(into, to + 2 * COLUMNS);
    c21.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS + LANES))
        .intoArray(into, to + 2 * COLUMNS + LANES);
    c30.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS))
        .intoArray(into, to + 3 * COLUMNS);
    c31.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS + LANES))
        .intoArray(into, to + 3 * COLUMNS + LANES);
    c40.add(FloatVector.fromArray(SPECIES, into, to + 4 * COLUMNS))
        .intoArray(into, to + 4 * COLUMNS);
    c41.add(FloatVector.fromArray(SPECIES, into, to + 4 * COLUMNS + LANES))
        .intoArray(into, to + 4 * COLUMNS + LANES);
    c50.add(FloatVector.fromArray(SPECIES, into, to + 5 * COLUMNS))
        .intoArray(into, to + 5 * COLUMNS);
    c51.add(FloatVector.fromArray(SPECIES, into, to + 5 * COLUMNS + LANES))
        .intoArray(into, to + 5 * COLUMNS + LANES);
    c60.add(FloatVector.fromArray(SPECIES, into, to + 6 * COLUMNS))
        .intoArray(into, to + 6 * COLUMNS);
    c61.add(FloatVector.fromArray(SPECIES, into, to + 6 * COLUMNS + LANES))
        .intoArray(into, to + 6 * COLUMNS + LANES);
    c70.add(FloatVector.fromArray(SPECIES, into, to + 7 * COLUMNS))
        .intoArray(into, to + 7 * COLUMNS);
    c71.add(FloatVector.fromArray(SPECIES, into, to + 7 * COLUMNS + LANES))
        .intoArray(into, to + 7 * COLUMNS + LANES);
  }

  @Override
  void fourByTwo(float[] weights, int at, int depth, float[] rows, int from, float[] into, int to) {
    FloatVector c00 = FloatVector.zero(SPECIES), c01 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES), c11 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES), c21 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES), c31 = FloatVector.zero(SPECIES);
    int end = at + depth;
    int first = from - at * COLUMNS;
    for (int k = at; k < end; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, rows, first + k * COLUMNS);
      FloatVector b1 = FloatVector.fromArray(SPECIES, rows, first + k * COLUMNS + LANES);
      FloatVector x = FloatVector.broadcast(SPECIES, weights[k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(SPECIES, weights[k + PITCH]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(SPECIES, weights[k + 2 * PITCH]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(SPECIES, weights[k + 3 * PITCH]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
    }
    c00.add(FloatVector.fromArray(SPECIES, into, to)).intoArray(into, to);
    c01.add(FloatVector.fromArray(SPECIES, into, to + LANES)).intoArray(into, to + LANES);
    c10.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS)).intoArray(into, to + COLUMNS);
    c11.add(FloatVector.fromArray(SPECIES, into, to + COLUMNS + LANES))
        .intoArray(into, to + COLUMNS + LANES);
    c20.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS))
        .intoArray(into, to + 2 * COLUMNS);
    c21.add(FloatVector.fromArray(SPECIES, into, to + 2 * COLUMNS + LANES))
        .intoArray(into, to + 2 * COLUMNS + LANES);
    c30.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS))
        .intoArray(into, to + 3 * COLUMNS);
    c31.add(FloatVector.fromArray(SPECIES, into, to + 3 * COLUMNS + LANES))
        .intoArray(into, to + 3 * COLUMNS + LANES);
  }
}
