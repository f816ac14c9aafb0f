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
  /** Counters at once, of which each makes a uniform number, and two make two normal ones. */
  private static final int COUNTERS = Philox.SIZE;

  private static final int GRAIN = 16 * COUNTERS;

  private static final ThreadLocal<Block> OWN = ThreadLocal.withInitial(Block::new);

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Key key = Key.of(inputs.getFirst());
    Operand y = outputs.getFirst();
    Parallel.range(
        y.size(),
        GRAIN,
        (first, end) -> {
          Block block = OWN.get();
          int size = op instanceof Op.Normal ? 2 * COUNTERS : COUNTERS;
          for (long from = first; from < end; from += size) {
            int count = (int) Math.min(size, end - from);
            switch (op) {
              case Op.Uniform _ -> block.uniform(key, y, from, count);
              case Op.Normal _ -> block.normal(key, y, from, count);
            }
          }
        });
  }

  /** A block of numbers at work. */
  private static final class Block {
    private final Philox philox = new Philox();
    private final BoxMuller pairs = new BoxMuller();
    private final double[] radii = new double[COUNTERS];
    private final double[] cosines = new double[COUNTERS];
    private final double[] sines = new double[COUNTERS];
    private final double[] numbers = new double[2 * COUNTERS];
    private final float[] floats = new float[2 * COUNTERS];

    void uniform(Key key, Operand y, long from, int count) {
      long[] bits = philox.bits(key, from, 1);
      switch (y.dtype()) {
        case F32 -> {
          toFloats(bits, floats);
          Blocks.write(y, from, floats, count);
        }
        default -> {
          toDoubles(bits, numbers);
          Blocks.write(y, from, numbers, count);
        }
      }
    }

    private static void toFloats(long[] bits, float[] y) {
      for (int i = 0; i < COUNTERS; i++) y[i] = (int) (bits[i] >>> 40) * 0x1p-24f;
    }

    private static void toDoubles(long[] bits, double[] y) {
      for (int i = 0; i < COUNTERS; i++) y[i] = (bits[i] >>> 11) * 0x1p-53;
    }

    void normal(Key key, Operand y, long from, int count) {
      pairs.radii(philox.bits(key, from, 2), radii);
      pairs.directions(philox.bits(key, from + 1, 2), cosines, sines);
      interleave(radii, cosines, sines, numbers);
      switch (y.dtype()) {
        case F32 -> {
          Conversions.convert(numbers, floats, numbers.length);
          Blocks.write(y, from, floats, count);
        }
        default -> Blocks.write(y, from, numbers, count);
      }
    }

    private static void interleave(double[] r, double[] cosines, double[] sines, double[] y) {
      for (int i = 0; i < COUNTERS; i++) {
        y[2 * i] = r[i] * cosines[i];
        y[2 * i + 1] = r[i] * sines[i];
      }
    }
  }
}
