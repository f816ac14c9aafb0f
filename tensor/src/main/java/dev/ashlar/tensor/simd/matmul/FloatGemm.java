package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;
import static dev.ashlar.tensor.simd.matmul.MicroKernels.DEPTH;
import static dev.ashlar.tensor.simd.matmul.MicroKernels.HEIGHT;
import static dev.ashlar.tensor.simd.matmul.MicroKernels.PANEL;

import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.simd.lanes.Room;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** A product of two F32 matrices. */
final class FloatGemm extends Gemm<Room, Room> {
  private static final Blocking BLOCKING = new Blocking(HEIGHT, PANEL, DEPTH, LeftRows.BLOCK, 1024);

  private static final Room ZEROS = Room.of(HEIGHT * PANEL);

  private final LeftRows left;
  private final RightPanels right;
  private final Matrix out;

  /** Multiplies left [M,K] by right [K,N] into out [M,N], whose rows lie side by side in memory. */
  FloatGemm(int rows, int columns, int depth, Matrix left, Matrix right, Matrix out) {
    super(rows, columns, depth, BLOCKING);
    this.left = new LeftRows(left);
    this.right = new RightPanels(right);
    this.out = out;
  }

  @Override
  int panelsTogether() {
    return right.together();
  }

  @Override
  void packPanels(int row, int deep, int column, int count, Room to, int at, int pitch) {
    right.pack(row, deep, column, count, to.numbers(), to.at() + at, pitch);
  }

  @Override
  void packRows(int row, int rows, int from, int layer, Room to, int at) {
    left.pack(row, rows, from, layer, to.numbers(), to.at() + at);
  }

  @Override
  void multiply(
      int count,
      int columns,
      int layer,
      Room a,
      int at,
      Room b,
      int bt,
      Room sums,
      int st,
      boolean fresh) {
    float[] x = a.numbers();
    int xt = a.at() + at;
    float[] panel = b.numbers();
    int pt = b.at() + bt;
    float[] y = sums.numbers();
    int yt = sums.at() + st;
    float[] before = fresh ? ZEROS.numbers() : y;
    int from = fresh ? ZEROS.at() : yt;
    if (HEIGHT == 6 && count > 4) {
      if (columns > 2 * LANES) {
        MicroKernels.sixByFour(layer, x, xt, panel, pt, before, from, y, yt);
      } else {
        MicroKernels.sixByTwo(layer, x, xt, panel, pt, before, from, y, yt);
      }
      return;
    }
    for (int c = 0; c < Math.min(columns, PANEL); c += 2 * LANES) {
      if (count > 2) {
        MicroKernels.fourByTwo(layer, x, xt, panel, pt + c, before, from + c, y, yt + c);
      } else {
        MicroKernels.twoByTwo(layer, x, xt, panel, pt + c, before, from + c, y, yt + c);
      }
    }
  }

  @Override
  Room roomForPanels(int size) {
    return Scratch.own().panels(size);
  }

  @Override
  Room roomForRows(int size) {
    return Scratch.own().rows(size);
  }

  @Override
  Room roomForSums(int size) {
    return Scratch.own().sums(size);
  }

  @Override
  void readResult(int row, int column, int rows, int columns, Room sums, int at) {
    int to = sums.at() + at;
    for (int r = 0; r < rows; r++) {
      out.readRow(row + r, column, sums.numbers(), to + r * PANEL, columns);
    }
  }

  @Override
  void writeResult(int row, int column, int rows, int columns, Room sums, int at) {
    float[] y = sums.numbers();
    int yt = sums.at() + at;
    if (columns < PANEL) {
      for (int r = 0; r < rows; r++) out.writeRow(row + r, column, y, yt + r * PANEL, columns);
      return;
    }
    Matrix part = out.from(row, column);
    MemorySegment data = FloatVectors.known(part.data());
    for (int r = 0; r < rows; r++) {
      long to = (part.offset() + r * part.rowStride()) * Float.BYTES;
      for (int c = 0; c < PANEL; c += LANES) {
        FloatVector.fromArray(S, y, yt + r * PANEL + c)
            .intoMemorySegment(data, to + (long) c * Float.BYTES, FloatVectors.ORDER);
      }
    }
  }
}
