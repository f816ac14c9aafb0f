package dev.ashlar.moba;

import dev.ashlar.tensor.spi.Operand;
import java.util.Arrays;

/**
 * The best past blocks of one query, offered in ascending order: of equal scores the first stays.
 */
final class TopBlocks {
  private final double[] scores;
  private final int[] blocks;
  private int count;

  /**
   * Keeps up to {@code past} blocks, and no more than leave room for the own one among {@code
   * most}.
   */
  TopBlocks(int past, int most) {
    int kept = Math.min(past, Math.max(0, most - 1));
    this.scores = new double[kept];
    this.blocks = new int[kept];
  }

  void clear() {
    count = 0;
  }

  void offer(double score, int block) {
    double rank = Double.isNaN(score) ? Double.NEGATIVE_INFINITY : score;
    if (count == scores.length) {
      if (count == 0 || !(rank > scores[count - 1])) return;
      count--;
    }
    int at = count++;
    for (; at > 0 && rank > scores[at - 1]; at--) {
      scores[at] = scores[at - 1];
      blocks[at] = blocks[at - 1];
    }
    scores[at] = rank;
    blocks[at] = block;
  }

  /** Writes the kept blocks ascending, the own block, then -1. */
  void write(int own, Operand out, long at) {
    Arrays.sort(blocks, 0, count);
    for (int i = 0; i < count; i++) out.setLong(at + i, blocks[i]);
    out.setLong(at + count, own);
    for (long i = count + 1; i < out.shape().dim(2); i++) out.setLong(at + i, -1);
  }
}
