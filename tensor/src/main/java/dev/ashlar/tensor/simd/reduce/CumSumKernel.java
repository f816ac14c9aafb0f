package dev.ashlar.tensor.simd.reduce;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.simd.blocks.Along;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Tile;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;

/**
 * Running sums of F32 or F64 along an axis, in double precision and in the order of the axis: of
 * columns behind it, or, if there are few, of several lines side by side.
 */
public record CumSumKernel(int axis, boolean reverse) implements Kernel {
  private static final int GRAIN = 16_384;

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand x = inputs.getFirst();
    Operand y = outputs.getFirst();
    if (y.size() == 0) return;
    if (Along.isNarrow(y.shape(), axis)) lines(Along.last(x, axis), Along.last(y, axis));
    else columns(x, y);
  }

  private void columns(Operand x, Operand y) {
    Along along = Along.of(y.shape(), axis);
    Parallel.range(
        along.bands(),
        along.grain(),
        (first, end) -> {
          Tile from = new Tile(x, along, 0);
          Tile to = new Tile(y, along, 1);
          var sums = new RunningSums(reverse);
          Tile.Loop loop = y.dtype() == DType.F32 ? sums::floatRows : sums::doubleRows;
          for (long band = first; band < end; band++) {
            sums.begin(FloatVectors.wholeVectors(along.columns(band)));
            if (reverse) Tile.writeUp(along, band, from, to, loop);
            else Tile.write(along, band, from, to, loop);
          }
        });
  }

  private void lines(Operand x, Operand y) {
    Window from = Window.of(x, x.shape());
    Window to = Window.of(y, y.shape());
    int size = y.shape().rank() == 0 ? 1 : y.shape().dim(-1);
    Parallel.range(
        y.size() / size,
        Math.max(RunningSums.LINES, GRAIN / size / RunningSums.LINES * RunningSums.LINES),
        (first, end) -> {
          var sums = new RunningSums(reverse);
          for (long line = first; line < end; line += RunningSums.LINES) {
            int count = (int) Math.min(RunningSums.LINES, end - line);
            sums.begin(RunningSums.LINES);
            lines(from, to, line, count, size, sums, x.dtype() == DType.F32);
          }
        });
  }

  private void lines(
      Window from, Window to, long line, int count, int size, RunningSums sums, boolean floats) {
    int parts = (size - 1) / Blocks.SIZE + 1;
    for (int part = 0; part < parts; part++) {
      int start = (reverse ? parts - 1 - part : part) * Blocks.SIZE;
      int length = Math.min(Blocks.SIZE, size - start);
      for (int i = 0; i < count; i++) from.read((line + i) * size + start, sums.line(i), length);
      sums.lines(floats, length);
      for (int i = 0; i < count; i++) to.write((line + i) * size + start, sums.line(i), length);
    }
  }
}
