package dev.ashlar.moba;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Parallel;

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
    var past = new Past(chosen, shape, packing, blockSize);
    int[] firstBlock = past.firstBlock();
    int lists = shape.dim(1) * firstBlock[packing.sequences()];
    // Rows in chunks side by side, but never so many chunks that their counts outgrow the lists.
    int step = Math.max(1024, firstBlock[packing.sequences()]);
    int[][] next = new int[Math.ceilDiv(packing.total(), step)][];
    Parallel.range(
        packing.total(),
        step,
        (from, to) -> {
          int[] counts = new int[lists];
          past.forEach(from, to, (list, _) -> counts[list]++);
          next[(int) (from / step)] = counts;
        });
    int[] offsets = offsets(next, lists);
    int[] rows = new int[offsets[lists]];
    Parallel.range(
        packing.total(),
        step,
        (from, to) -> {
          int[] at = next[(int) (from / step)];
          past.forEach(from, to, (list, row) -> rows[at[list]++] = row);
        });
    return new QueryLists(shape.dim(1), firstBlock, offsets, rows);
  }

  /** Turns the counts of chunks into where each chunk's rows begin; returns where lists begin. */
  private static int[] offsets(int[][] counts, int lists) {
    int[] offsets = new int[lists + 1];
    int at = 0;
    for (int list = 0; list < lists; list++) {
      offsets[list] = at;
      for (int[] chunk : counts) {
        int count = chunk[list];
        chunk[list] = at;
        at += count;
      }
    }
    offsets[lists] = at;
    return offsets;
  }

  /** The choices of rows, without those of their own block. */
  private record Past(int[] chosen, Shape shape, Packing packing, int blockSize, int[] firstBlock) {
    @FunctionalInterface
    interface Choice {
      void made(int list, int row);
    }

    Past(int[] chosen, Shape shape, Packing packing, int blockSize) {
      this(chosen, shape, packing, blockSize, firstBlocks(packing, blockSize));
    }

    private static int[] firstBlocks(Packing packing, int blockSize) {
      int[] first = new int[packing.sequences() + 1];
      for (int s = 0; s < packing.sequences(); s++) {
        first[s + 1] = first[s] + Math.ceilDiv(packing.length(s), blockSize);
      }
      return first;
    }

    void forEach(long from, long to, Choice choice) {
      for (int s = 0; s < packing.sequences(); s++) {
        int start = packing.start(s);
        int end = (int) Math.min(to, packing.end(s));
        for (int row = (int) Math.max(from, start); row < end; row++) {
          ofRow(row, (row - start) / blockSize, firstBlock[s], choice);
        }
      }
    }

    private void ofRow(int row, int own, int first, Choice choice) {
      int blocks = firstBlock[firstBlock.length - 1];
      int most = shape.dim(2);
      int at = row * shape.dim(1) * most;
      for (int head = 0; head < shape.dim(1); head++, at += most) {
        // Ascending: the own block follows the past ones.
        for (int i = at; i < at + most && chosen[i] >= 0 && chosen[i] < own; i++) {
          choice.made(head * blocks + first + chosen[i], row);
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
