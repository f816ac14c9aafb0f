package dev.ashlar.tensor.simd.random;

import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Conversions;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;

/**
 * The numbers of a random stream, in F32 or F64, that {@link Key} draws one by one: uniform ones
 * bit for bit, normal ones to the last places of a double.
 */
public record RandomKernel(Op.Random op) implements Kernel {
  /** Numbers drawn at once. */
  private static final int SIZE = Philox.SIZE;

  private static final int GRAIN = 16 * SIZE;

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Key key = Key.of(inputs.getFirst());
    Operand y = outputs.getFirst();
    Parallel.range(
        y.size(),
        GRAIN,
        (first, end) -> {
          var block = new Block(key, y);
          for (long from = first; from < end; from += SIZE) {
            int count = (int) Math.min(SIZE, end - from);
            switch (op) {
              case Op.Uniform _ -> block.uniform(from, count);
              case Op.Normal _ -> block.normal(from, count);
            }
          }
        });
  }

  /** One block of a result after the other. */
  private static final class Block {
    private final Key key;
    private final Operand y;
    private final Philox philox = new Philox();
    private final BoxMuller pairs = new BoxMuller();
    private final double[] numbers = new double[SIZE];
    private final float[] floats = new float[SIZE];

    Block(Key key, Operand y) {
      this.key = key;
      this.y = y;
    }

    void uniform(long from, int count) {
      long[] bits = philox.bits(key, from, 1);
      switch (y.dtype()) {
        case F32 -> {
          for (int i = 0; i < SIZE; i++) floats[i] = (int) (bits[i] >>> 40) * 0x1p-24f;
          Blocks.write(y, from, floats, count);
        }
        default -> {
          for (int i = 0; i < SIZE; i++) numbers[i] = (bits[i] >>> 11) * 0x1p-53;
          Blocks.write(y, from, numbers, count);
        }
      }
    }

    void normal(long from, int count) {
      pairs.radii(philox.bits(key, 2 * from, 2), numbers);
      pairs.timesCosines(philox.bits(key, 2 * from + 1, 2), numbers);
      switch (y.dtype()) {
        case F32 -> {
          Conversions.convert(numbers, floats, SIZE);
          Blocks.write(y, from, floats, count);
        }
        default -> Blocks.write(y, from, numbers, count);
      }
    }
  }
}
