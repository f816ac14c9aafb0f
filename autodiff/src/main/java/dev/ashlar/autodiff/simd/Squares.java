package dev.ashlar.autodiff.simd;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Doubles.HALF;
import static jdk.incubator.vector.VectorOperators.F2D;

import dev.ashlar.tensor.simd.lanes.LaneFolds;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import dev.ashlar.tensor.spi.Rows;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * {@link dev.ashlar.autodiff.optim.SumOfSquares}, in double precision with several sums side by
 * side.
 */
final class Squares {
  private static final int COUNT = D.length();
  private static final int SIZE = 2048;
  private static final long PIECES_PER_CHUNK = 16;

  private Squares() {}

  static void sum(Operand x, Operand out) {
    Rows rows = Rows.of(x);
    int width = rows.width();
    int piecesPerRow = Math.ceilDiv(width, SIZE);
    long pieces = rows.count() * piecesPerRow;
    double[] sums = new double[Math.toIntExact(Math.ceilDiv(pieces, PIECES_PER_CHUNK))];
    Parallel.range(
        pieces,
        PIECES_PER_CHUNK,
        (from, to) -> {
          float[] piece = new float[Math.min(width, SIZE)];
          double sum = 0;
          for (long number = from; number < to; number++) {
            int start = (int) (number % piecesPerRow) * SIZE;
            int size = Math.min(SIZE, width - start);
            rows.read(number / piecesPerRow, start, piece, size);
            sum += squares(piece, size);
          }
          sums[(int) (from / PIECES_PER_CHUNK)] = sum;
        });
    double total = 0;
    for (double sum : sums) total += sum;
    out.setDouble(0, total);
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
}
