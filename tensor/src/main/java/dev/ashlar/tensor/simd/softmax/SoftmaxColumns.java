package dev.ashlar.tensor.simd.softmax;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.simd.blocks.Along;
import dev.ashlar.tensor.simd.blocks.Tile;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;

/**
 * Softmax of F32 or F64 along an axis with many columns behind it, or its logarithm: a lane for
 * each column, and three passes down a band of them.
 */
public record SoftmaxColumns(int axis, boolean logarithm) implements Kernel {
  /** What is known of the columns of a band, and the loops that find it out. */
  interface Columns {
    /** Begins with a band. */
    void begin();

    /** Takes the numbers of x into the greatest of their columns. */
    void greatest(Tile x, Tile same, int rows, int count);

    /** Adds e^(x - greatest) to the sums of their columns. */
    void sum(Tile x, Tile same, int rows, int count);

    /** Stores e^(x - greatest) in y, and adds it to the sums of their columns. */
    void exp(Tile x, Tile y, int rows, int count);

    /** Turns the sums into what is needed of them. */
    void finish(boolean logarithm);

    /** Divides y by the sums. */
    void scale(Tile y, Tile same, int rows, int count);

    /** Stores x - greatest - log(sum) in y. */
    void subtract(Tile x, Tile y, int rows, int count);
  }

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand y = outputs.getFirst();
    if (y.size() == 0) return;
    Along along = Along.of(y.shape(), axis);
    Parallel.range(
        along.bands(),
        along.grain(),
        (first, end) -> {
          Tile from = new Tile(inputs.getFirst(), along, 0);
          Tile to = new Tile(y, along, 1);
          Columns columns =
              y.dtype() == DType.F32 ? new FloatSoftmaxColumns() : new DoubleSoftmaxColumns();
          for (long band = first; band < end; band++) {
            columns.begin();
            Tile.read(along, band, from, columns::greatest);
            if (logarithm) {
              Tile.read(along, band, from, columns::sum);
              columns.finish(true);
              Tile.write(along, band, from, to, columns::subtract);
            } else {
              Tile.write(along, band, from, to, columns::exp);
              columns.finish(false);
              Tile.write(along, band, to, to, columns::scale);
            }
          }
        });
  }
}
