package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.TILE;

import dev.ashlar.moba.QueryLists;
import java.util.Arrays;

/** Takes a part's queries tile by tile to the keys they see, in a fixed order. */
abstract class TileWalk {
  /** The keys taken at once: scores of a tile then stay in the nearest cache. */
  static final int KEYS = 64;

  final Problem problem;

  /** The rows of the tile; those beyond its size are meaningless. */
  final int[] rows = new int[TILE];

  TileWalk(Problem problem) {
    this.problem = problem;
  }

  /** Begins with a tile: the first {@code size} of {@link #rows}. */
  abstract void begin(Part part, int size);

  /**
   * Takes the tile to the keys {@code key} to {@code key + count}.
   *
   * @param ahead how many rows the first key lies behind the first query; with {@code causal}, keys
   *     are hidden from the queries before them
   */
  abstract void visit(Part part, int size, int key, int count, boolean causal, int ahead);

  /** Ends with a tile. */
  abstract void end(Part part, int size);

  final void walk(Part part) {
    walkOwnBlocks(part);
    if (problem.lists() != null) walkLists(part, problem.lists());
  }

  private void walkOwnBlocks(Part part) {
    int start = problem.packing().start(part.sequence());
    int blockSize = problem.blockSize();
    for (int row = part.from(); row < part.to(); ) {
      int block = start + (row - start) / blockSize * blockSize;
      int end = (int) Math.min((long) block + blockSize, Math.min(row + TILE, part.to()));
      for (int t = 0; t < end - row; t++) rows[t] = row + t;
      begin(part, end - row);
      for (int key = block; key < end; key += KEYS) {
        int count = Math.min(KEYS, end - key);
        visit(part, end - row, key, count, key + count - 1 > row, key - row);
      }
      end(part, end - row);
      row = end;
    }
  }

  private void walkLists(Part part, QueryLists lists) {
    int start = problem.packing().start(part.sequence());
    int blockSize = problem.blockSize();
    int first = lists.firstBlock(part.sequence());
    // The block of the last row has no later row that could have chosen it.
    int pastBlocks = (part.to() - 1 - start) / blockSize;
    for (int b = 0; b < pastBlocks; b++) {
      int from = firstAtLeast(lists, part.head(), first + b, part.from());
      int to = firstAtLeast(lists, part.head(), first + b, part.to());
      for (int at = from; at < to; at += TILE) {
        int size = Math.min(TILE, to - at);
        System.arraycopy(lists.rows(), at, rows, 0, size);
        begin(part, size);
        int end = start + (b + 1) * blockSize;
        for (int key = end - blockSize; key < end; key += KEYS) {
          visit(part, size, key, Math.min(KEYS, end - key), false, 0);
        }
        end(part, size);
      }
    }
  }

  private static int firstAtLeast(QueryLists lists, int head, int block, int row) {
    int found =
        Arrays.binarySearch(lists.rows(), lists.from(head, block), lists.to(head, block), row);
    return found >= 0 ? found : -found - 1;
  }
}
