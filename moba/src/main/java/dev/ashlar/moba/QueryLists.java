package dev.ashlar.moba;

import dev.ashlar.tensor.Shape;

/**
 * For each head and block, the rows that chose the block and lie after it: compressed lists. Blocks
 * of all sequences are numbered through, in order.
 */
public final class QueryLists {
  private final int heads;
  private final int[] firstBlock; // [sequences + 1]
  private final int[] offsets; // [heads * blocks + 1]
  private final int[] rows;

  private QueryLists(int heads, int[] firstBlock, int[] offsets, int[] rows) {
    this.heads = heads;
    this.firstBlock = firstBlock;
    this.offsets = offsets;
    this.rows = rows;
  }

  /** Returns the lists of a selection [T, H, K] given in row-major order. */
  static QueryLists of(int[] chosen, Shape shape, Packing packing, int blockSize) {
    int heads = shape.dim(1);
    int[] firstBlock = firstBlocks(packing, blockSize);
    int blocks = firstBlock[packing.sequences()];
    int[] offsets = new int[heads * blocks + 1];
    forEachPast(
        chosen,
        shape,
        packing,
        blockSize,
        (s, h, b, _) -> offsets[h * blocks + firstBlock[s] + b + 1]++);
    for (int i = 1; i < offsets.length; i++) offsets[i] += offsets[i - 1];
    int[] next = offsets.clone();
    int[] rows = new int[offsets[offsets.length - 1]];
    forEachPast(
        chosen,
        shape,
        packing,
        blockSize,
        (s, h, b, row) -> rows[next[h * blocks + firstBlock[s] + b]++] = row);
    return new QueryLists(heads, firstBlock, offsets, rows);
  }

  private static int[] firstBlocks(Packing packing, int blockSize) {
    int[] first = new int[packing.sequences() + 1];
    for (int s = 0; s < packing.sequences(); s++) {
      first[s + 1] = first[s] + Math.ceilDiv(packing.length(s), blockSize);
    }
    return first;
  }

  @FunctionalInterface
  private interface Past {
    void chosen(int sequence, int head, int block, int row);
  }

  private static void forEachPast(
      int[] chosen, Shape shape, Packing packing, int blockSize, Past past) {
    int heads = shape.dim(1);
    int most = shape.dim(2);
    for (int s = 0; s < packing.sequences(); s++) {
      for (int row = packing.start(s); row < packing.end(s); row++) {
        int own = (row - packing.start(s)) / blockSize;
        for (int at = row * heads * most; at < (row + 1) * heads * most; at++) {
          if (chosen[at] >= 0 && chosen[at] < own) {
            past.chosen(s, at / most % heads, chosen[at], row);
          }
        }
      }
    }
  }

  /** Returns the number of query heads. */
  public int heads() {
    return heads;
  }

  /** Returns the number of blocks of all sequences. */
  public int blocks() {
    return firstBlock[firstBlock.length - 1];
  }

  /** Returns the number of the first block of a sequence. */
  public int firstBlock(int sequence) {
    return firstBlock[sequence];
  }

  /** Returns where the list of a head and block begins in {@link #rows()}. */
  public int from(int head, int block) {
    return offsets[head * blocks() + block];
  }

  /** Returns where the list of a head and block ends in {@link #rows()}. */
  public int to(int head, int block) {
    return offsets[head * blocks() + block + 1];
  }

  /** Returns all lists one after another; not to be written. */
  public int[] rows() {
    return rows;
  }
}
