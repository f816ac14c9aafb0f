package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.store;
import static dev.ashlar.tensor.simd.matmul.DoubleMicroKernels.DEPTH;
import static dev.ashlar.tensor.simd.matmul.DoubleMicroKernels.HEIGHT;
import static dev.ashlar.tensor.simd.matmul.DoubleMicroKernels.LANES;
import static dev.ashlar.tensor.simd.matmul.DoubleMicroKernels.PANEL;
import static dev.ashlar.tensor.simd.matmul.DoubleMicroKernels.ROW;
import static dev.ashlar.tensor.simd.matmul.DoubleMicroKernels.S;

import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.DoubleSquares;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;

/**
 * A product of two F64 matrices. Rows of the left one are packed row by row and columns of the
 * right one in panels, however they lie: a matrix whose other axis lies side by side in memory goes
 * through squares that are transposed in registers.
 */
final class DoubleGemm extends Gemm<double[], MemorySegment> {
  /** Bytes from a line of a panel to the next. */
  private static final long LINE = (long) PANEL * Double.BYTES;

  private static final long VECTOR = (long) LANES * Double.BYTES;

  private static final int BLOCK = HEIGHT * ROW;
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
  void packPanels(int row, int deep, int column, int count, MemorySegment to, int at, int pitch) {
    Matrix part = right.from(row, column);
    int whole = count / PANEL;
    long byteAt = (long) at * Double.BYTES;
    long bytePitch = (long) pitch * Double.BYTES;
    if (right.columnStride() == 1) {
      long from = part.offset() * Double.BYTES;
      long stride = part.rowStride() * Double.BYTES;
      if (whole > 0) packWhole(part.data(), from, stride, deep, whole, to, byteAt, bytePitch);
    } else {
      for (int panel = 0; panel < whole; panel++) {
        packTurned(part.from(0, panel * PANEL), deep, PANEL, to, byteAt + panel * bytePitch);
      }
    }
    int rest = count - whole * PANEL;
    if (rest > 0) {
      long restAt = byteAt + whole * bytePitch;
      to.asSlice(restAt, deep * LINE).fill((byte) 0);
      packTurned(part.from(0, whole * PANEL), deep, rest, to, restAt);
    }
  }

  /** Packs whole panels of rows side by side in memory. */
  private static void packWhole(
      MemorySegment data,
      long from,
      long stride,
      int deep,
      int panels,
      MemorySegment to,
      long at,
      long pitch) {
    for (int k = 0; k < deep; k++) {
      long place = from + k * stride;
      long line = at + k * LINE;
      for (int panel = 0; panel < panels; panel++) {
        for (long byteOf = 0; byteOf < LINE; byteOf += VECTOR) {
          store(load(data, place + byteOf), to, line + byteOf);
        }
        place += LINE;
        line += pitch;
      }
    }
  }

  /** Packs columns whose numbers lie apart: by squares where they lie side by side in memory. */
  private static void packTurned(Matrix part, int deep, int count, MemorySegment to, long at) {
    Matrix turned = part.transposed();
    boolean squares = part.rowStride() == 1 && DoubleSquares.fit();
    int wide = squares ? count - count % LANES : 0;
    int tall = squares ? deep - deep % LANES : 0;
    double[] room = Scratch.own().lanes;
    for (int k = 0; k < tall; k += LANES) {
      for (int c = 0; c < wide; c += LANES) {
        packSquare(turned.from(c, k), to, at + k * LINE + c * (long) Double.BYTES, room);
      }
    }
    for (int k = 0; k < deep; k++) {
      // What lies beside the squares, and what lies below them.
      int from = k < tall ? wide : 0;
      part.readRow(k, from, room, 0, count - from);
      long lineAt = at + k * LINE + from * (long) Double.BYTES;
      MemorySegment.copy(room, 0, to, Matrix.DOUBLE, lineAt, count - from);
    }
  }

  private static void packSquare(Matrix square, MemorySegment to, long at, double[] room) {
    transpose(square, room, 0, LANES);
    for (int k = 0; k < LANES; k++) {
      store(DoubleVector.fromArray(S, room, k * LANES), to, at + k * LINE);
    }
  }

  /**
   * Stores the first LANES rows of LANES numbers, side by side in memory, as columns.
   *
   * @param pitch numbers between the beginnings of the rows that are stored
   */
  private static void transpose(Matrix rows, double[] to, int at, int pitch) {
    long from = rows.offset() * Double.BYTES;
    DoubleSquares.transpose(rows.data(), from, rows.rowStride() * Double.BYTES, to, at, pitch);
  }

  // ---- Blocks of rows of the left matrix.

  @Override
  void packRows(int row, int rows, int from, int layer, double[] to, int at) {
    boolean squares = left.rowStride() == 1 && left.columnStride() != 1 && DoubleSquares.fit();
    int tall = squares ? rows - rows % LANES : 0;
    int wide = squares ? layer - layer % LANES : 0;
    Matrix turned = left.from(row, from).transposed();
    for (int k = 0; k < wide; k += LANES) {
      for (int r = 0; r < tall; r += LANES) {
        transpose(turned.from(k, r), to, at + r * ROW + k, ROW);
      }
    }
    // What lies beside the squares, and what lies below them.
    for (int r = 0; r < rows; r++) {
      int k = r < tall ? wide : 0;
      left.readRow(row + r, from + k, to, at + r * ROW + k, layer - k);
    }
    int last = (rows + HEIGHT - 1) / HEIGHT * HEIGHT;
    for (int r = rows; r < last; r++) Arrays.fill(to, at + r * ROW, at + r * ROW + layer, 0);
  }

  // ---- Products.

  @Override
  void multiply(
      int count,
      int columns,
      int layer,
      double[] a,
      int at,
      MemorySegment b,
      int bt,
      double[] sums,
      int st,
      boolean fresh) {
    double[] before = fresh ? ZEROS : sums;
    int from = fresh ? 0 : st;
    long panel = (long) bt * Double.BYTES;
    if (HEIGHT == 6 && count > 4) {
      if (columns > 2 * LANES) {
        DoubleMicroKernels.sixByFour(layer, a, at, b, panel, before, from, sums, st);
      } else {
        DoubleMicroKernels.sixByTwo(layer, a, at, b, panel, before, from, sums, st);
      }
      return;
    }
    for (int c = 0; c < Math.min(columns, PANEL); c += 2 * LANES) {
      long half = panel + (long) c * Double.BYTES;
      if (count > 2) {
        DoubleMicroKernels.fourByTwo(layer, a, at, b, half, before, from + c, sums, st + c);
      } else {
        DoubleMicroKernels.twoByTwo(layer, a, at, b, half, before, from + c, sums, st + c);
      }
    }
  }

  @Override
  MemorySegment roomForPanels(int size) {
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
    for (int r = 0; r < rows; r++) {
      long to = (part.offset() + r * part.rowStride()) * Double.BYTES;
      for (int c = 0; c < PANEL; c += LANES) {
        store(
            DoubleVector.fromArray(S, sums, at + r * PANEL + c),
            part.data(),
            to + c * (long) Double.BYTES);
      }
    }
  }
}
