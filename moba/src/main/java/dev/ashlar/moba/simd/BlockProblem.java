package dev.ashlar.moba.simd;

import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.QueryLists;
import dev.ashlar.moba.Selection;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/**
 * One block attention: who sees what.
 *
 * @param rows where the rows of all tensors lie
 * @param heads H, of queries
 * @param keyHeads G, of keys and values
 */
record BlockProblem(
    Packing packing,
    PaddedRows rows,
    int blockSize,
    QueryLists lists,
    float scale,
    int heads,
    int keyHeads) {
  private static final int LEAST_ROWS = 2048;
  private static final int MOST_ROWS = 8192;

  static BlockProblem of(MobaAttention op, List<Operand> in) {
    int blockSize = op.config().blockSize();
    QueryLists lists = Selection.lists(op.label(), in.get(3), op.packing(), blockSize);
    float scale = (float) op.config().scaleFor(in.get(0).shape().dim(2));
    PaddedRows rows = PaddedRows.ofBlocks(op.packing(), blockSize);
    return new BlockProblem(
        op.packing(),
        rows,
        blockSize,
        lists,
        scale,
        in.get(0).shape().dim(1),
        in.get(1).shape().dim(1));
  }

  int keyHead(int head) {
    return head / (heads / keyHeads);
  }

  /**
   * Returns into how many rows to cut sequences for about {@code wanted} threads. So many rows of
   * one block's list are several tiles, and so few stay in near caches.
   */
  int rowsFor(int wanted) {
    long share = (long) packing.total() * heads / wanted;
    return Math.clamp(share, LEAST_ROWS, MOST_ROWS);
  }
}
