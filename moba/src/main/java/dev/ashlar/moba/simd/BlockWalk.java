package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Products.ROWS;

import dev.ashlar.moba.QueryLists;
import java.util.Arrays;

/**
 * Takes the queries of a part to the blocks of keys they see: first to their own blocks, then block
 * by block in ascending order those that chose it.
 */
abstract class BlockWalk implements Workers.Worker {
  final BlockProblem problem;

  /** The rows of the tile; those beyond its size are meaningless. */
  final int[] rows;

  /**
   * Makes a walk.
   *
   * @param tile the queries taken at once, a multiple of eight: keys stay in near caches for them
   */
  BlockWalk(BlockProblem problem, int tile) {
    this.problem = problem;
    this.rows = new int[tile];
  }

  /**
   * Takes the first {@code size} of {@link #rows} to {@code count} keys.
   *
   * @param place where the first key lies
   * @param before how many of the keys lie before the first query; if not all, the queries follow
   *     each other, and each sees the keys up to its own
   */
  abstract void visit(Part part, int size, int place, int before, int count);

  /** Takes the part's queries to the blocks that begin in the rows {@code from} to {@code to}. */
  final void walk(Part part, int from, int to) {
    int start = problem.packing().start(part.sequence());
    int size = problem.blockSize();
    int last = (Math.min(part.to(), to) - 1 - start) / size;
    for (int b = (from - start) / size; b <= last; b++) {
      int block = start + b * size;
      walkOwn(part, block, (int) Math.min((long) block + size, part.to()));
    }
    for (int b = (from - start) / size; b <= last; b++) {
      int block = start + b * size;
      if (part.to() - block <= size) return; // it has no queries behind it
      walkList(part, problem.lists().firstBlock(part.sequence()) + b, block, size);
    }
  }

  private void walkOwn(Part part, int block, int end) {
    for (int row = Math.max(block, part.from()); row < end; row += rows.length) {
      int size = Math.min(rows.length, end - row);
      for (int t = 0; t < size; t++) rows[t] = row + t;
      take(part, size, block, row - block, row + size - block);
    }
  }

  private void walkList(Part part, int list, int block, int count) {
    QueryLists lists = problem.lists();
    int from = firstAtLeast(lists, part.head(), list, part.from());
    int to = firstAtLeast(lists, part.head(), list, part.to());
    for (int at = from; at < to; at += rows.length) {
      int size = Math.min(rows.length, to - at);
      System.arraycopy(lists.rows(), at, rows, 0, size);
      take(part, size, block, count, count);
    }
  }

  private void take(Part part, int size, int block, int before, int count) {
    visit(part, size, problem.rows().places()[block], before, count);
  }

  /** Returns the first of eight queries of which one sees a key. */
  static int firstSeeing(int key, int before) {
    return Math.max(0, key - before) / ROWS * ROWS;
  }

  /**
   * Hides the keys of a panel that are not of the block, or come after a query, from the queries
   * {@code t} to {@code to}.
   *
   * @param at the score of query {@code t} with the panel's first key
   * @param key the panel's first key, and {@code hidden} and {@code end} those of the block
   */
  static void hide(
      float[] scores, int at, int t, int to, int key, int hidden, int before, int end) {
    for (int i = t; i < to; i++, at += PITCH) {
      int shown = Math.max(0, Math.min(end, before + i + 1) - key);
      if (hidden > key) Arrays.fill(scores, at, at + hidden - key, Float.NEGATIVE_INFINITY);
      if (shown < PANEL) Arrays.fill(scores, at + shown, at + PANEL, Float.NEGATIVE_INFINITY);
    }
  }

  private static int firstAtLeast(QueryLists lists, int head, int list, int row) {
    int found =
        Arrays.binarySearch(lists.rows(), lists.from(head, list), lists.to(head, list), row);
    return found >= 0 ? found : -found - 1;
  }
}
