package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.KeyPanels.WIDTH;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The mean keys of full blocks, of key [T, G, D]: in panels as of {@link KeyPanels}, head by head,
 * those of a sequence beginning with a panel. Each is summed in the order of its rows, in double
 * precision.
 *
 * @param finite whether every number of these blocks was finite
 * @param firstPanel the first panel of each sequence within a head, and the end of the last
 */
record MeanPanels(float[] numbers, boolean finite, int keyHeads, int depth, int[] firstPanel) {
  private static final int CHUNK = 32;

  static MeanPanels of(Packing packing, int blockSize, Operand key) {
    Shape shape = key.shape();
    int[] firstPanel = new int[packing.sequences() + 1];
    for (int s = 0; s < packing.sequences(); s++) {
      firstPanel[s + 1] = firstPanel[s] + Math.ceilDiv(packing.length(s) / blockSize, WIDTH);
    }
    int panels = firstPanel[packing.sequences()];
    float[] numbers = new float[shape.dim(1) * panels * shape.dim(2) * WIDTH];
    var finite = new AtomicBoolean(true);
    for (int s = 0; s < packing.sequences(); s++) {
      int start = packing.start(s);
      int first = firstPanel[s];
      Parallel.range(
          packing.length(s) / blockSize,
          Math.ceilDiv(CHUNK, blockSize),
          (from, to) -> {
            for (int b = (int) from; b < to; b++) {
              double[] sums = sums(key, start + b * blockSize, blockSize, finite);
              int at = (first + b / WIDTH) * shape.dim(2) * WIDTH + b % WIDTH;
              store(sums, blockSize, shape, panels, numbers, at);
            }
          });
    }
    return new MeanPanels(numbers, finite.get(), shape.dim(1), shape.dim(2), firstPanel);
  }

  private static double[] sums(Operand key, int start, int rows, AtomicBoolean finite) {
    int width = key.shape().dim(1) * key.shape().dim(2);
    double[] sums = new double[width];
    for (int row = 0; row < rows; row += CHUNK) {
      float[] chunk = new float[Math.min(CHUNK, rows - row) * width];
      HeadRows.read(key, start + row, start + Math.min(row + CHUNK, rows), chunk);
      if (!Finite.are(chunk)) finite.set(false);
      for (int at = 0; at < chunk.length; at += width) add(chunk, at, sums);
    }
    return sums;
  }

  private static void add(float[] row, int at, double[] sums) {
    for (int i = 0; i < sums.length; i++) sums[i] += row[at + i];
  }

  private static void store(
      double[] sums, int rows, Shape shape, int panels, float[] numbers, int at) {
    int size = shape.dim(2);
    for (int i = 0; i < sums.length; i++) {
      int to = at + (i / size * panels * size + i % size) * WIDTH;
      numbers[to] = (float) (sums[i] / rows);
    }
  }

  /** Returns where the panel begins that has block {@code block} of a sequence first. */
  int at(int sequence, int head, int block) {
    int panels = firstPanel[firstPanel.length - 1];
    return (head * panels + firstPanel[sequence] + block / WIDTH) * depth * WIDTH;
  }
}
