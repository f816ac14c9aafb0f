package dev.ashlar.moba;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;

/**
 * The mean key of every full block [N, G, D]; summed in one order, so that equal blocks have equal
 * means.
 */
final class BlockMeans {
  private final int keyHeads;
  private final int size;
  private final int[] firstBlock;
  private final double[] means;

  private BlockMeans(int keyHeads, int size, int[] firstBlock, double[] means) {
    this.keyHeads = keyHeads;
    this.size = size;
    this.firstBlock = firstBlock;
    this.means = means;
  }

  static BlockMeans of(Operand key, Packing packing, int blockSize) {
    Shape shape = key.shape();
    int width = shape.dim(1) * shape.dim(2);
    double[] keys = RowMajor.doubles(key);
    int[] firstBlock = new int[packing.sequences() + 1];
    for (int s = 0; s < packing.sequences(); s++) {
      firstBlock[s + 1] = firstBlock[s] + packing.length(s) / blockSize;
    }
    double[] means = new double[firstBlock[packing.sequences()] * width];
    for (int s = 0; s < packing.sequences(); s++) {
      int at = packing.start(s);
      for (int b = firstBlock[s]; b < firstBlock[s + 1]; b++, at += blockSize) {
        mean(keys, at * width, blockSize, width, means, b * width);
      }
    }
    return new BlockMeans(shape.dim(1), shape.dim(2), firstBlock, means);
  }

  private static void mean(double[] keys, int at, int rows, int width, double[] means, int to) {
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width; i++) means[to + i] += keys[at + row * width + i];
    }
    for (int i = 0; i < width; i++) means[to + i] /= rows;
  }

  /** Returns the number of the first full block of a sequence. */
  int firstBlock(int sequence) {
    return firstBlock[sequence];
  }

  /** Returns the score of a block for a query, given as row t·H + h of [T·H, D]. */
  double score(double[] query, int row, int heads, int block) {
    int mean = (block * keyHeads + row % heads / (heads / keyHeads)) * size;
    double score = 0;
    for (int d = 0; d < size; d++) score += query[row * size + d] * means[mean + d];
    return score;
  }
}
