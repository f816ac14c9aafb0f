package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.MicroKernels.DEPTH;
import static dev.ashlar.tensor.simd.MicroKernels.HEIGHT;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.PANEL;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** A product of two F32 matrices. */
final class FloatGemm extends Gemm<float[]> {
  private static final Blocking BLOCKING = new Blocking(HEIGHT, PANEL, DEPTH, LeftRows.BLOCK, 512);

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
  void packPanels(int row, int deep, int column, int count, float[] to, int at, int pitch) {
    right.pack(row, deep, column, count, to, at, pitch);
  }

  @Override
  void packRows(int row, int rows, int from, int layer, float[] to) {
    left.pack(row, rows, from, layer, to);
  }

  @Override
  void multiply(
      int count, int layer, float[] a, int at, float[] b, int bt, float[] sums, int st, int pitch) {
    if (left.byColumns(count)) {
      if (HEIGHT == 8) MicroKernels.columns8(layer, a, at, b, bt, sums, st, pitch);
      else MicroKernels.columns4(layer, a, at, b, bt, sums, st, pitch);
    } else if (count == 1) {
      MicroKernels.rows1(layer, a, at, b, bt, sums, st, pitch);
    } else if (count <= 4) {
      MicroKernels.rows4(layer, a, at, b, bt, sums, st, pitch);
    } else {
      MicroKernels.rows8(layer, a, at, b, bt, sums, st, pitch);
    }
  }

  @Override
  float[] roomForPanels(int size) {
    return Scratch.own().panels(size);
  }

  @Override
  float[] roomForRows(int size) {
    return Scratch.own().rows(size);
  }

  @Override
  float[] roomForSums(int size) {
    return Scratch.own().sums(size);
  }

  @Override
  void clear(float[] sums, int size) {
    Arrays.fill(sums, 0, size, 0f);
  }

  @Override
  void readResult(int row, int column, float[] to, int at, int count) {
    out.readRow(row, column, to, at, count);
  }

  @Override
  void writeResult(int row, int column, float[] from, int at, int count) {
    out.writeRow(row, column, from, at, count);
  }

  @Override
  void writePanel(int row, int column, int rows, float[] from, int at, int pitch) {
    Matrix part = out.from(row, column);
    MemorySegment data = FloatBlock.known(part.data());
    for (int i = 0; i < rows; i++) {
      long to = (part.offset() + i * part.rowStride()) * Float.BYTES;
      FloatVector.fromArray(S, from, at + i * pitch).intoMemorySegment(data, to, FloatBlock.ORDER);
      FloatVector.fromArray(S, from, at + i * pitch + LANES)
          .intoMemorySegment(data, to + LANES * Float.BYTES, FloatBlock.ORDER);
    }
  }
}
