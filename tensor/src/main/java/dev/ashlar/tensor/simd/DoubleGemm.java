package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.DoubleMicroKernels.DEPTH;
import static dev.ashlar.tensor.simd.DoubleMicroKernels.HEIGHT;
import static dev.ashlar.tensor.simd.DoubleMicroKernels.LANES;
import static dev.ashlar.tensor.simd.DoubleMicroKernels.PANEL;
import static dev.ashlar.tensor.simd.DoubleMicroKernels.ROW;
import static dev.ashlar.tensor.simd.DoubleMicroKernels.S;
import static dev.ashlar.tensor.simd.DoubleVectors.load;
import static dev.ashlar.tensor.simd.DoubleVectors.store;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;

/**
 * A product of two F64 matrices. Rows of the left one are packed row by row and columns of the
 * right one in panels, however they lie: a matrix whose other axis lies side by side in memory goes
 * through squares that are transposed in registers.
 */
final class DoubleGemm extends Gemm<double[], double[]> {
  private static final int BLOCK = HEIGHT * ROW;
  private static final int VECTOR_BYTES = LANES * Double.BYTES;
  private static final Blocking BLOCKING = new Blocking(HEIGHT, PANEL, DEPTH, BLOCK, 512);

  /** Panels packed at once where rows lie side by side in memory: they share its pages. */
  private static final int TOGETHER = 4;

  private static final double[] ZEROS = new double[HEIGHT * PANEL];

  private final Matrix left;
  private final Matrix right;
  private final Matrix out;

  /** Multiplies left [M,K] by right [K,N] into out [M,N], whose rows lie side by side in memory. */
  DoubleGemm(int rows, int columns, int depth, Matrix left, Matrix right, Matrix out) {
    super(rows, columns, depth, BLOCKING);
    this.left = left;
    this.right = right;
    this.out = out;
  }

  @Override
  int panelsTogether() {
    return right.columnStride() == 1 ? TOGETHER : 1;
  }

  // ---- Panels of the right matrix.

  @Override
  void packPanels(int row, int deep, int column, int count, double[] to, int at, int pitch) {
    Matrix part = right.from(row, column);
    int whole = count - count % PANEL;
    if (right.columnStride() == 1) {
      packWhole(part, deep, whole / PANEL, to, at, pitch);
    } else {
      for (int c = 0; c < whole; c += PANEL) {
        packTurned(part.from(0, c), deep, PANEL, to, at + c / PANEL * pitch);
      }
    }
    if (whole < count) {
      packRest(part.from(0, whole), deep, count - whole, to, at + whole / PANEL * pitch);
    }
  }

  private static void packWhole(Matrix part, int deep, int panels, double[] to, int at, int pitch) {
    MemorySegment data = FloatBlock.known(part.data());
    for (int k = 0; k < deep; k++) {
      long from = (part.offset() + k * part.rowStride()) * Double.BYTES;
      int line = at + k * PANEL;
      for (int panel = 0; panel < panels; panel++, line += pitch) {
        load(data, from).intoArray(to, line);
        load(data, from + VECTOR_BYTES).intoArray(to, line + LANES);
        from += 2 * VECTOR_BYTES;
      }
    }
  }

  private static void packTurned(Matrix part, int deep, int count, double[] to, int at) {
    Matrix turned = part.transposed();
    int squares =
        turned.columnStride() == 1 && count == PANEL && DoubleSquares.fit()
            ? deep - deep % LANES
            : 0;
    for (int k = 0; k < squares; k += LANES) {
      for (int c = 0; c < PANEL; c += LANES) {
        DoubleSquares.transpose(turned.from(c, k), to, at + k * PANEL + c, PANEL);
      }
    }
    for (int k = squares; k < deep; k++) part.readRow(k, 0, to, at + k * PANEL, count);
  }

  private static void packRest(Matrix part, int deep, int count, double[] to, int at) {
    Arrays.fill(to, at, at + deep * PANEL, 0);
    packTurned(part, deep, count, to, at);
  }

  // ---- Blocks of rows of the left matrix.

  @Override
  void packRows(int row, int rows, int from, int layer, double[] to) {
    int whole = 0;
    if (left.rowStride() == 1 && left.columnStride() != 1 && DoubleSquares.fit()) {
      whole = rows - rows % HEIGHT;
      for (int r = 0; r < whole; r += HEIGHT) {
        packTurnedBlock(left.from(row + r, from), layer, to, place(r));
      }
    }
    for (int r = whole; r < rows; r++) left.readRow(row + r, from, to, place(r), layer);
    int last = rows % HEIGHT;
    if (last == 0) return;
    int used = last == 1 ? 1 : last <= 4 ? 4 : HEIGHT;
    for (int r = last; r < used; r++) {
      int at = place(rows - last + r);
      Arrays.fill(to, at, at + layer, 0);
    }
  }

  private static void packTurnedBlock(Matrix part, int layer, double[] to, int at) {
    Matrix turned = part.transposed();
    int squares = layer - layer % LANES;
    for (int k = 0; k < squares; k += LANES) {
      DoubleSquares.transpose(turned.from(k, 0), to, at + k, ROW);
    }
    for (int r = 0; r < HEIGHT; r++) {
      part.readRow(r, squares, to, at + r * ROW + squares, layer - squares);
    }
  }

  private static int place(int row) {
    return row / HEIGHT * BLOCK + row % HEIGHT * ROW;
  }

  // ---- Products.

  @Override
  void multiply(
      int count,
      int columns,
      int layer,
      double[] a,
      int at,
      double[] b,
      int bt,
      double[] sums,
      int st,
      boolean fresh) {
    double[] before = fresh ? ZEROS : sums;
    int from = fresh ? 0 : st;
    if (count == 1) DoubleMicroKernels.rows1(layer, a, at, b, bt, before, from, sums, st);
    else if (count <= 4) DoubleMicroKernels.rows4(layer, a, at, b, bt, before, from, sums, st);
    else DoubleMicroKernels.rows8(layer, a, at, b, bt, before, from, sums, st);
  }

  @Override
  double[] roomForPanels(int size) {
    return Scratch.own().doublePanels(size);
  }

  @Override
  double[] roomForRows(int size) {
    return Scratch.own().doubleRows(size);
  }

  @Override
  double[] roomForSums(int size) {
    return Scratch.own().doubleSums(size);
  }

  @Override
  void readResult(int row, int column, int rows, int columns, double[] sums, int at) {
    for (int r = 0; r < rows; r++) out.readRow(row + r, column, sums, at + r * PANEL, columns);
  }

  @Override
  void writeResult(int row, int column, int rows, int columns, double[] sums, int at) {
    if (columns < PANEL) {
      for (int r = 0; r < rows; r++) out.writeRow(row + r, column, sums, at + r * PANEL, columns);
      return;
    }
    Matrix part = out.from(row, column);
    MemorySegment data = FloatBlock.known(part.data());
    for (int r = 0; r < rows; r++) {
      long to = (part.offset() + r * part.rowStride()) * Double.BYTES;
      int line = at + r * PANEL;
      store(DoubleVector.fromArray(S, sums, line), data, to);
      store(DoubleVector.fromArray(S, sums, line + LANES), data, to + VECTOR_BYTES);
    }
  }
}
