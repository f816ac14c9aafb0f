package dev.ashlar.moba.simd;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Doubles.HALF;

import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;

/** What the backward pass needs of tensors [T, H]. */
final class Matrices {
  private static final int CHUNK = 32;

  private Matrices() {}

  static float[] rowMajor(Operand operand) {
    float[] out = new float[(int) operand.size()];
    if (operand.isContiguous()) {
      long at = operand.offsetBytes();
      MemorySegment.copy(operand.data(), ValueLayout.JAVA_FLOAT, at, out, 0, out.length);
      return out;
    }
    RowPlaces rows = RowPlaces.of(operand);
    int at = 0;
    for (int row = 0; row < operand.shape().dim(0); row++) {
      for (int head = 0; head < operand.shape().dim(1); head++) {
        out[at++] = operand.data().get(ValueLayout.JAVA_FLOAT, rows.at(row, head));
      }
    }
    return out;
  }

  /** Returns dOut · out - dLogSumExp for each row of (out, logSumExp, dOut, dLogSumExp) [T, H]. */
  static float[] delta(List<Operand> saved) {
    Operand out = saved.get(0);
    Operand dOut = saved.get(2);
    float[] delta = rowMajor(saved.get(3));
    int heads = out.shape().dim(1);
    int size = out.shape().dim(2);
    Parallel.range(
        out.shape().dim(0),
        CHUNK,
        (from, to) -> {
          Room a = InputRows.take(out, (int) from, (int) to);
          Room b = InputRows.take(dOut, (int) from, (int) to);
          double[] lanes = new double[D.length()];
          int first = (int) from * heads;
          for (int i = 0; i < (to - from) * heads; i++) {
            delta[first + i] = (float) (dot(a, b, i * size, size, lanes) - delta[first + i]);
          }
          Scratch.give(a, b);
        });
    return delta;
  }

  /** Adds up products lane by lane, then the lanes in their order. */
  private static double dot(Room a, Room b, int at, int size, double[] lanes) {
    float[] x = a.numbers();
    float[] y = b.numbers();
    int xt = a.at() + at;
    int yt = b.at() + at;
    DoubleVector sums = DoubleVector.zero(D);
    int d = 0;
    for (; d + D.length() <= size; d += D.length()) {
      Vector<Double> factor = FloatVector.fromArray(HALF, x, xt + d).castShape(D, 0);
      sums = sums.add(factor.mul(FloatVector.fromArray(HALF, y, yt + d).castShape(D, 0)));
    }
    sums.intoArray(lanes, 0);
    double sum = 0;
    for (double lane : lanes) sum += lane;
    for (; d < size; d++) sum += (double) x[xt + d] * y[yt + d];
    return sum;
  }
}
