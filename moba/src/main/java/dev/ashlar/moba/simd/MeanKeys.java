package dev.ashlar.moba.simd;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Doubles.HALF;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * The mean keys of full blocks, of key [T, G, D]. Each is summed in the order of its rows, in
 * double precision.
 *
 * @param numbers a row for each full block
 * @param places where the blocks of a sequence begin among the rows
 * @param keyHeads G
 * @param finite whether every number of these blocks was finite
 */
record MeanKeys(PanelRows numbers, PaddedRows places, int keyHeads, boolean finite) {
  private static final int CHUNK = 32;

  static MeanKeys of(Packing packing, int blockSize, Operand key) {
    int heads = key.shape().dim(1);
    int[] blocks = new int[packing.sequences()];
    for (int s = 0; s < blocks.length; s++) blocks[s] = packing.length(s) / blockSize;
    Packing packed = Packing.of(blocks);
    PaddedRows places = PaddedRows.of(packed);
    PanelRows numbers = PanelRows.zeros(places, heads, key.shape().dim(2));
    var finite = new AtomicBoolean(true);
    for (int s = 0; s < blocks.length; s++) {
      int start = packing.start(s);
      int first = packed.start(s);
      Parallel.range(
          blocks[s],
          Math.ceilDiv(CHUNK, blockSize),
          (from, to) -> {
            for (int b = (int) from; b < to; b++) {
              float[] mean = mean(key, start + b * blockSize, blockSize, finite);
              numbers.set(first + b, first + b + 1, mean, 0, 1);
            }
          });
    }
    return new MeanKeys(numbers, places, heads, finite.get());
  }

  private static float[] mean(Operand key, int start, int rows, AtomicBoolean finite) {
    int width = key.shape().dim(1) * key.shape().dim(2);
    double[] sums = new double[width];
    for (int row = start; row < start + rows; row += CHUNK) {
      Room chunk = InputRows.take(key, row, Math.min(row + CHUNK, start + rows));
      int count = Math.min(CHUNK, start + rows - row) * width;
      if (!Finite.are(chunk.numbers(), chunk.at(), count)) finite.set(false);
      for (int at = 0; at < count; at += width) add(chunk.numbers(), chunk.at() + at, sums);
      Scratch.give(chunk);
    }
    float[] mean = new float[width];
    for (int i = 0; i < width; i++) mean[i] = (float) (sums[i] / rows);
    return mean;
  }

  private static void add(float[] row, int at, double[] sums) {
    int i = 0;
    for (; i <= sums.length - D.length(); i += D.length()) {
      DoubleVector.fromArray(D, sums, i)
          .add(FloatVector.fromArray(HALF, row, at + i).castShape(D, 0))
          .intoArray(sums, i);
    }
    for (; i < sums.length; i++) sums[i] += row[at + i];
  }
}
