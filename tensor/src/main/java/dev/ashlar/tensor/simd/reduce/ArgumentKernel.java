package dev.ashlar.tensor.simd.reduce;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.simd.blocks.Along;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Tile;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Where along an axis the greatest or the least of F32 or F64 stands: a lane for each column behind
 * the axis, or, if there are few, for each number of a vector along it.
 */
public record ArgumentKernel(int axis, boolean least) implements Kernel {
  private static final int GRAIN = 16_384;

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand x = inputs.getFirst();
    Operand y = outputs.getFirst();
    if (y.size() == 0) return;
    if (Along.isNarrow(x.shape(), axis)) lines(Along.last(x, axis), y);
    else columns(x, y);
  }

  private Best best(Operand x) {
    return x.dtype() == DType.F32 ? new FloatBest(least) : new DoubleBest(least);
  }

  private void columns(Operand x, Operand y) {
    Along along = Along.of(x.shape(), axis);
    Parallel.range(
        along.bands(),
        along.grain(),
        (first, end) -> {
          Tile tile = new Tile(x, along, 0);
          Best best = best(x);
          for (long band = first; band < end; band++) {
            best.begin(FloatVectors.wholeVectors(along.columns(band)));
            Tile.read(along, band, tile, best);
            long to = along.firstColumn(band);
            for (int i = 0; i < along.columns(band); i++) store(y, to + i, best.row(i));
          }
        });
  }

  private void lines(Operand x, Operand y) {
    Window window = Window.of(x, x.shape());
    int size = x.shape().rank() == 0 ? 1 : x.shape().dim(-1);
    int bytes = x.dtype().byteSize();
    Parallel.range(
        y.size(),
        Math.max(1, GRAIN / size),
        (first, end) -> {
          Best best = best(x);
          for (long line = first; line < end; line++) {
            long direct = window.sideBySide(line * size, size);
            MemorySegment data = window.data();
            if (direct < 0) {
              data = Scratch.own().line(0, size * (bytes / Float.BYTES));
              window.read(line * size, data, size);
            }
            store(y, line, best.ofLine(data, Math.max(0, direct) * bytes, size));
          }
        });
  }

  private static void store(Operand y, long index, long value) {
    y.data().setAtIndex(ValueLayout.JAVA_LONG, y.layout().offsetElements() + index, value);
  }
}
