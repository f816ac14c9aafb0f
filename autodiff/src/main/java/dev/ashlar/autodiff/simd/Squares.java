package dev.ashlar.autodiff.simd;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Doubles.HALF;
import static jdk.incubator.vector.VectorOperators.F2D;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.simd.lanes.LaneFolds;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * {@link dev.ashlar.autodiff.optim.SumOfSquares}, in double precision with several sums side by
 * side.
 */
final class Squares {
  private static final int COUNT = D.length();
  private static final int SIZE = 2048;
  private static final long GRAIN = 16 * SIZE;

  private Squares() {}

  /** Sums the squares of F32 or F64 up, piece by piece. */
  static void sum(Operand x, Operand out) {
    Window window = Window.of(x, x.shape());
    boolean floats = x.dtype() == DType.F32;
    double[] sums = new double[Math.toIntExact(Math.ceilDiv(x.size(), GRAIN))];
    Parallel.range(
        x.size(),
        GRAIN,
        (from, to) -> {
          double sum = floats ? sumFloats(window, from, to) : sumDoubles(window, from, to);
          sums[(int) (from / GRAIN)] = sum;
        });
    double total = 0;
    for (double sum : sums) total += sum;
    out.setDouble(0, total);
  }

  private static double sumFloats(Window window, long from, long to) {
    float[] piece = new float[(int) Math.min(SIZE, to - from)];
    double sum = 0;
    for (long at = from; at < to; at += SIZE) {
      int size = (int) Math.min(SIZE, to - at);
      window.read(at, piece, size);
      sum += squares(piece, size);
    }
    return sum;
  }

  private static double sumDoubles(Window window, long from, long to) {
    double[] piece = new double[(int) Math.min(SIZE, to - from)];
    double sum = 0;
    for (long at = from; at < to; at += SIZE) {
      int size = (int) Math.min(SIZE, to - at);
      window.read(at, piece, size);
      sum += squares(piece, size);
    }
    return sum;
  }

  /** Four sums, so that one addition need not wait for the last. */
  private static double squares(float[] x, int size) {
    DoubleVector a = DoubleVector.zero(D);
    DoubleVector b = a;
    DoubleVector c = a;
    DoubleVector d = a;
    int whole = size - size % (4 * COUNT);
    for (int i = 0; i < whole; i += 4 * COUNT) {
      var first = (DoubleVector) FloatVector.fromArray(HALF, x, i).convertShape(F2D, D, 0);
      a = first.fma(first, a);
      var second = (DoubleVector) FloatVector.fromArray(HALF, x, i + COUNT).convertShape(F2D, D, 0);
      b = second.fma(second, b);
      var third =
          (DoubleVector) FloatVector.fromArray(HALF, x, i + 2 * COUNT).convertShape(F2D, D, 0);
      c = third.fma(third, c);
      var fourth =
          (DoubleVector) FloatVector.fromArray(HALF, x, i + 3 * COUNT).convertShape(F2D, D, 0);
      d = fourth.fma(fourth, d);
    }
    double sum = LaneFolds.sum(a.add(b).add(c.add(d)));
    for (int i = whole; i < size; i++) sum += (double) x[i] * x[i];
    return sum;
  }

  private static double squares(double[] x, int size) {
    DoubleVector a = DoubleVector.zero(D);
    DoubleVector b = a;
    int whole = size - size % (2 * COUNT);
    for (int i = 0; i < whole; i += 2 * COUNT) {
      DoubleVector first = DoubleVector.fromArray(D, x, i);
      a = first.fma(first, a);
      DoubleVector second = DoubleVector.fromArray(D, x, i + COUNT);
      b = second.fma(second, b);
    }
    double sum = LaneFolds.sum(a.add(b));
    for (int i = whole; i < size; i++) sum += x[i] * x[i];
    return sum;
  }
}
