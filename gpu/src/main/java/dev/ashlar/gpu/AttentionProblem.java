package dev.ashlar.gpu;

import dev.ashlar.moba.Packing;

/**
 * One attention: its sizes, and how its rows are divided among work groups.
 *
 * @param blockSize C; dense attention has one block per sequence
 * @param heads H, query heads
 * @param keyHeads G, key-value heads
 * @param headDim D
 * @param most K, the entries of a row and head in the selection; 0 without one
 */
record AttentionProblem(
    Packing packing, int blockSize, int heads, int keyHeads, int headDim, int most) {
  /** Groups enough for any device; with fewer, each gathers more queries of a block at a time. */
  private static final long WANTED_GROUPS = 512;

  private static final int MOST_PART_ROWS = 1024;

  int rows() {
    return packing.total();
  }

  /** Returns N, the blocks of all sequences. */
  int blocks() {
    int blocks = 0;
    for (int s = 0; s < packing.sequences(); s++) {
      blocks += Math.ceilDiv(packing.length(s), blockSize);
    }
    return blocks;
  }

  /** Returns the rows of a part, a multiple of the rows of a tile. */
  int partRows() {
    long wanted = (long) rows() * heads / WANTED_GROUPS;
    return Math.clamp(wanted / Tiles.GROUP * Tiles.GROUP, Tiles.GROUP, MOST_PART_ROWS);
  }

  int parts() {
    return Math.ceilDiv(rows(), partRows());
  }

  /** Returns the numbers of counts of queries: one per head, block and part. */
  long cells() {
    return (long) heads * blocks() * parts();
  }

  /** Returns the tiles of rows. */
  int tiles() {
    return Math.ceilDiv(rows(), Tiles.GROUP);
  }
}
