package dev.ashlar.moba.simd;

import dev.ashlar.moba.QueryLists;
import java.util.Arrays;

/**
 * Takes the queries of a part to the blocks of keys they see, block by block in ascending order:
 * first the block's own queries, then those that chose it.
 */
abstract class BlockWalk {
  final BlockProblem problem;
  private final int keys;

  /** The rows of the tile; those beyond its size are meaningless. */
  final int[] rows;

  /**
   * Makes a walk.
   *
   * @param tile the queries taken at once, a multiple of eight: keys stay in near caches for them
   * @param keys the keys taken at once
   */
  BlockWalk(BlockProblem problem, int tile, int keys) {
    this.problem = problem;
    this.keys = keys;
    this.rows = new int[tile];
  }

  /** Begins with a tile: the first {@code size} of {@link #rows}. */
  abstract void begin(Part part, int size);

  /**
   * Takes the tile to the keys {@code from} to {@code to}, which lie in the panels from row {@code
   * base}, and not after {@code to}; with {@code causal}, keys are hidden from the queries before
   * them.
   */
  abstract void visit(Part part, int size, int base, int from, int to, boolean causal);

  /** Takes the part's queries to the blocks that begin in the rows {@code from} to {@code to}. */
  final void walk(Part part, int from, int to) {
    int start = problem.packing().start(part.sequence());
    int blockSize = problem.blockSize();
    int last = Math.min(part.to(), to) - 1;
    for (int b = (from - start) / blockSize; b <= (last - start) / blockSize; b++) {
      int block = start + b * blockSize;
      int end = (int) Math.min((long) block + blockSize, part.to());
      walkOwn(part, block, end);
      if (end < part.to()) {
        walkList(part, problem.lists().firstBlock(part.sequence()) + b, block, end);
      }
    }
  }

  private void walkOwn(Part part, int block, int end) {
    for (int row = Math.max(block, part.from()); row < end; row += rows.length) {
      int size = Math.min(rows.length, end - row);
      for (int t = 0; t < size; t++) rows[t] = row + t;
      begin(part, size);
      walkKeys(part, size, block, row + size, true);
    }
  }

  private void walkList(Part part, int list, int block, int end) {
    QueryLists lists = problem.lists();
    int from = firstAtLeast(lists, part.head(), list, part.from());
    int to = firstAtLeast(lists, part.head(), list, part.to());
    for (int at = from; at < to; at += rows.length) {
      int size = Math.min(rows.length, to - at);
      System.arraycopy(lists.rows(), at, rows, 0, size);
      begin(part, size);
      walkKeys(part, size, block, end, false);
    }
  }

  private static int firstAtLeast(QueryLists lists, int head, int list, int row) {
    int found =
        Arrays.binarySearch(lists.rows(), lists.from(head, list), lists.to(head, list), row);
    return found >= 0 ? found : -found - 1;
  }

  private void walkKeys(Part part, int size, int from, int to, boolean own) {
    int base = from / KeyPanels.WIDTH * KeyPanels.WIDTH;
    for (; base < to; base += keys) {
      int end = Math.min(base + keys, to);
      visit(part, size, base, Math.max(from, base), end, own && end > rows[0] + 1);
    }
  }
}
