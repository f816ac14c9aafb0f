package dev.ashlar.moba;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;

/**
 * The mean key of every full block [N, G, D]; summed in one order, so that equal blocks have equal
 * means. Means are summed in double precision and rounded to the element type, and scores are added
 * up in it: every kernel and the cache of a decoder do the same, so that all choose the same blocks
 * also where rounding decides.
 */
final class BlockMeans {
  private final boolean single;
  private final int keyHeads;
  private final int size;
  private final int[] firstBlock;
  private final double[] means;

  private BlockMeans(boolean single, int keyHeads, int size, int[] firstBlock, double[] means) {
    this.single = single;
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
    boolean single = key.dtype() == DType.F32;
    if (single) for (int i = 0; i < means.length; i++) means[i] = (float) means[i];
    return new BlockMeans(single, shape.dim(1), shape.dim(2), firstBlock, means);
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
    if (single) return singleScore(query, row * size, mean);
    double score = 0;
    for (int d = 0; d < size; d++) score += query[row * size + d] * means[mean + d];
    return score;
  }

  private float singleScore(double[] query, int at, int mean) {
    float score = 0;
    for (int d = 0; d < size; d++) {
      score = Math.fma((float) query[at + d], (float) means[mean + d], score);
    }
    return score;
  }
}
