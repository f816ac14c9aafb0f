package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.Arrays;
import java.util.List;

/**
 * The batched matrix product by its definition, [M, K] @ [K, N]: every element is a sum over
 * ascending k, accumulated in the precision of the operands. Tiles of the result are kept in
 * arrays, one row of the right operand serves them all.
 */
final class MatMul {
  private static final int ROWS = 32;
  private static final int COLUMNS = 512;

  private final Operand a;
  private final Operand b;
  private final Operand y;
  private final Layout left;
  private final Layout right;
  private final int inner;
  private final int rowTiles;
  private final int columnTiles;

  private MatMul(Operand a, Operand b, Operand y) {
    this.a = a;
    this.b = b;
    this.y = y;
    Shape shape = y.shape();
    this.inner = a.shape().dim(-1);
    this.left = a.layout().expand(shape.with(-1, inner));
    this.right = b.layout().expand(shape.with(-2, inner));
    this.rowTiles = (shape.dim(-2) + ROWS - 1) / ROWS;
    this.columnTiles = (shape.dim(-1) + COLUMNS - 1) / COLUMNS;
  }

  static void multiply(List<Operand> in, List<Operand> out) {
    var product = new MatMul(in.get(0), in.get(1), out.get(0));
    if (product.y.size() > 0) product.run();
  }

  private void run() {
    int[] batch = Arrays.copyOf(y.shape().dims(), y.shape().rank() - 2);
    long tiles = Shape.of(batch).size() * rowTiles * columnTiles;
    Parallel.range(
        tiles,
        1,
        (from, to) -> {
          for (long tile = from; tile < to; tile++) {
            long matrix = tile / (rowTiles * (long) columnTiles);
            int row = (int) (tile / columnTiles % rowTiles) * ROWS;
            int column = (int) (tile % columnTiles) * COLUMNS;
            long leftAt = start(left, batch, matrix) + row * left.strideElements(-2);
            long rightAt = start(right, batch, matrix) + column * right.strideElements(-1);
            long at =
                start(y.layout(), batch, matrix) + row * y.layout().strideElements(-2) + column;
            int rows = Math.min(ROWS, y.shape().dim(-2) - row);
            int columns = Math.min(COLUMNS, y.shape().dim(-1) - column);
            if (y.dtype() == DType.F64) doubles(leftAt, rightAt, at, rows, columns);
            else floats(leftAt, rightAt, at, rows, columns);
          }
        });
  }

  private static long start(Layout layout, int[] batch, long matrix) {
    long at = layout.offsetElements();
    long rest = matrix;
    for (int axis = batch.length - 1; axis >= 0; axis--) {
      at += rest % batch[axis] * layout.strideElements(axis);
      rest /= batch[axis];
    }
    return at;
  }

  private void floats(long leftAt, long rightAt, long at, int rows, int columns) {
    float[] tile = new float[rows * columns];
    double[] row = new double[columns];
    double[] column = new double[rows];
    for (int k = 0; k < inner; k++) {
      Elements.read(a, leftAt + k * left.strideElements(-1), left.strideElements(-2), column, rows);
      Elements.read(
          b, rightAt + k * right.strideElements(-2), right.strideElements(-1), row, columns);
      for (int i = 0; i < rows; i++) {
        float scale = (float) column[i];
        for (int j = 0; j < columns; j++) tile[i * columns + j] += scale * (float) row[j];
      }
    }
    double[] line = new double[columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) line[j] = tile[i * columns + j];
      Elements.write(y, at + i * y.layout().strideElements(-2), 1, line, columns);
    }
  }

  private void doubles(long leftAt, long rightAt, long at, int rows, int columns) {
    double[] tile = new double[rows * columns];
    double[] row = new double[columns];
    double[] column = new double[rows];
    for (int k = 0; k < inner; k++) {
      Elements.read(a, leftAt + k * left.strideElements(-1), left.strideElements(-2), column, rows);
      Elements.read(
          b, rightAt + k * right.strideElements(-2), right.strideElements(-1), row, columns);
      for (int i = 0; i < rows; i++) {
        double scale = column[i];
        for (int j = 0; j < columns; j++) tile[i * columns + j] += scale * row[j];
      }
    }
    for (int i = 0; i < rows; i++) {
      double[] line = Arrays.copyOfRange(tile, i * columns, (i + 1) * columns);
      Elements.write(y, at + i * y.layout().strideElements(-2), 1, line, columns);
    }
  }
}
