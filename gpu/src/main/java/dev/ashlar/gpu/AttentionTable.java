package dev.ashlar.gpu;

import dev.ashlar.moba.Packing;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What the kernels of attention know of a packing and its blocks, as one array of numbers: a
 * header, then for every row [T] the first row of its sequence, the row after the last, and the
 * number of the sequence's first block; then for every block [N] its first row and the row after
 * its last. Blocks of all sequences are numbered through; the last of a sequence may be shorter.
 *
 * <p>Rows also form <em>parts</em> of {@code partRows}, each the share of one work group.
 */
final class AttentionTable {
  private static final int ROWS = 0;
  private static final int BLOCKS = 1;
  private static final int HEADS = 2;
  private static final int KEY_HEADS = 3;
  private static final int SIZE = 4;
  private static final int BLOCK_SIZE = 5;
  private static final int MOST = 6;
  private static final int PART_ROWS = 7;
  private static final int PARTS = 8;
  private static final int HEADER = 9;

  private AttentionTable() {}

  /** Returns the table of an attention. */
  static IntArray of(AttentionProblem problem) {
    Packing packing = problem.packing();
    int rows = problem.rows();
    int blocks = problem.blocks();
    var table = new IntArray(HEADER + 3 * rows + 2 * blocks);
    table.set(ROWS, rows);
    table.set(BLOCKS, blocks);
    table.set(HEADS, problem.heads());
    table.set(KEY_HEADS, problem.keyHeads());
    table.set(SIZE, problem.headDim());
    table.set(BLOCK_SIZE, problem.blockSize());
    table.set(MOST, problem.most());
    table.set(PART_ROWS, problem.partRows());
    table.set(PARTS, problem.parts());
    int block = 0;
    for (int s = 0; s < packing.sequences(); s++) {
      int end = packing.end(s);
      for (int row = packing.start(s); row < end; row++) {
        table.set(HEADER + row, packing.start(s));
        table.set(HEADER + rows + row, end);
        table.set(HEADER + 2 * rows + row, block);
      }
      for (int b = 0; b < Math.ceilDiv(packing.length(s), problem.blockSize()); b++, block++) {
        int start = packing.start(s) + b * problem.blockSize();
        table.set(HEADER + 3 * rows + block, start);
        table.set(
            HEADER + 3 * rows + blocks + block,
            (int) Math.min(end, (long) start + problem.blockSize()));
      }
    }
    return table;
  }

  /** Returns T, the rows. */
  static int rows(IntArray table) {
    return table.get(ROWS);
  }

  /** Returns N, the blocks of all sequences. */
  static int blocks(IntArray table) {
    return table.get(BLOCKS);
  }

  /** Returns H, the query heads. */
  static int heads(IntArray table) {
    return table.get(HEADS);
  }

  /** Returns G, the key-value heads. */
  static int keyHeads(IntArray table) {
    return table.get(KEY_HEADS);
  }

  /** Returns D, the size of a head. */
  static int size(IntArray table) {
    return table.get(SIZE);
  }

  /** Returns C, the keys in a block. */
  static int blockSize(IntArray table) {
    return table.get(BLOCK_SIZE);
  }

  /** Returns K, the entries of a row and head in the selection. */
  static int most(IntArray table) {
    return table.get(MOST);
  }

  /** Returns the rows of a part. */
  static int partRows(IntArray table) {
    return table.get(PART_ROWS);
  }

  /** Returns the number of parts. */
  static int parts(IntArray table) {
    return table.get(PARTS);
  }

  /** Returns the number of the first block of a row's sequence. */
  static int base(IntArray table, int row) {
    return table.get(HEADER + 2 * table.get(ROWS) + row);
  }

  /** Returns the first row of a part. */
  static int partStart(IntArray table, int part) {
    return part * table.get(PART_ROWS);
  }

  /** Returns the row after the last of a part. */
  static int partEnd(IntArray table, int part) {
    return TornadoMath.min((part + 1) * table.get(PART_ROWS), table.get(ROWS));
  }

  /** Returns the number of a head, block and part: the order of the lists of queries. */
  static int cell(IntArray table, int head, int block, int part) {
    return (head * table.get(BLOCKS) + block) * table.get(PARTS) + part;
  }

  /** Returns the number, in its sequence, of the block that a row lies in. */
  static int own(IntArray table, int row) {
    return (row - table.get(HEADER + row)) / table.get(BLOCK_SIZE);
  }

  /** Returns the first row of the block that a row lies in. */
  static int ownStart(IntArray table, int row) {
    return table.get(HEADER + row) + own(table, row) * table.get(BLOCK_SIZE);
  }

  /** Returns the row after the last of the block that a row lies in. */
  static int ownEnd(IntArray table, int row) {
    int start = ownStart(table, row);
    // So written, a block of any size stays in the range of numbers.
    int rest = table.get(HEADER + table.get(ROWS) + row) - start;
    return start + TornadoMath.min(rest, table.get(BLOCK_SIZE));
  }

  /** Returns the first row of a block. */
  static int blockStart(IntArray table, int block) {
    return table.get(HEADER + 3 * table.get(ROWS) + block);
  }

  /** Returns the row after the last of a block. */
  static int blockEnd(IntArray table, int block) {
    return table.get(HEADER + 3 * table.get(ROWS) + table.get(BLOCKS) + block);
  }
}
