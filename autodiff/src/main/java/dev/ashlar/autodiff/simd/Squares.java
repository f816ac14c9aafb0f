package dev.ashlar.autodiff.simd;

import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import dev.ashlar.tensor.spi.Rows;

/**
 * {@link dev.ashlar.autodiff.optim.SumOfSquares}, in double precision with several sums side by
 * side.
 */
final class Squares {
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
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < size; i += 4) {
      a += (double) x[i] * x[i];
      b += (double) x[i + 1] * x[i + 1];
      c += (double) x[i + 2] * x[i + 2];
      d += (double) x[i + 3] * x[i + 3];
    }
    for (; i < size; i++) a += (double) x[i] * x[i];
    return a + b + (c + d);
  }
}
