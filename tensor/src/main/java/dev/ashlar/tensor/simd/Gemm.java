package dev.ashlar.tensor.simd;

import dev.ashlar.tensor.spi.Parallel;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * One product of two matrices, blocked for the caches as in Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication" (TOMS 2008). The right matrix is packed into panels as
 * wide as a micro-kernel, by all threads together, or a small one by each for itself; then each
 * task packs some rows of the left one, and passes all panels by a block of them at a time, which
 * stays in the first-level cache. An element of the product is the sum over blocks of {@link
 * Blocking#depth} of chains of fused multiply-adds in the order of k: the same bits however the
 * work is shared out. How numbers are packed and multiplied is left to the element type.
 *
 * @param <A> an array of that type
 */
abstract sealed class Gemm<A> permits FloatGemm, DoubleGemm {
  /** Rows of the right matrix packed at a time, in blocks' depths. */
  private static final int PACKED_BLOCKS = 8;

  /**
   * The most rows a task computes: its sums and the panels' current depth stay in the second-level
   * cache.
   */
  private static final int TASK_ROWS = 32;

  /** Work worth handing to another thread, in multiplications: some ten microseconds. */
  private static final long GRAIN = 1 << 19;

  /**
   * Up to so many numbers of the right matrix are packed by every thread for itself, if each has
   * {@link #OWN_ROWS} rows to multiply: what another has packed would come from its cache.
   */
  private static final int OWN_SIZE = 1 << 16;

  private static final int OWN_ROWS = 64;

  /** Numbers blocks, so that a thread knows what it has packed. */
  private static final AtomicLong BLOCKS = new AtomicLong();

  /**
   * The sizes of what is packed.
   *
   * @param height the rows of a block of the left matrix
   * @param panel the columns of a panel of the right one
   * @param depth the most columns of a block, which are as many rows of a panel
   * @param block the numbers a packed block takes
   * @param columns packed at a time: {@code depth} deep they fill half of a second-level cache of 1
   *     MB
   */
  record Blocking(int height, int panel, int depth, int block, int columns) {}

  private final int rows;
  private final int columns;
  private final int depth;
  private final Blocking blocking;
  private final int panel;

  /** Whether the product is added to what the result holds. */
  private boolean adds;

  Gemm(int rows, int columns, int depth, Blocking blocking) {
    this.rows = rows;
    this.columns = columns;
    this.depth = depth;
    this.blocking = blocking;
    this.panel = blocking.panel();
  }

  /**
   * Adds the product to the result instead: the same bits as one product over the depth of all that
   * are added, where each but the last is a multiple of {@link Blocking#depth} deep.
   */
  final Gemm<A> adding() {
    adds = true;
    return this;
  }

  // ---- What the element type does.

  /** Returns how many panels are best packed at once. */
  abstract int panelsTogether();

  /**
   * Packs {@code count} columns of the right matrix over {@code deep} rows, and zeros for those
   * that the last panel has too many.
   *
   * @param pitch numbers from a panel to the next
   */
  abstract void packPanels(int row, int deep, int column, int count, A to, int at, int pitch);

  /**
   * Packs rows of the left matrix in blocks, and zeros for the rows that a micro-kernel has too
   * many.
   *
   * @param from the first of {@code layer} columns
   */
  abstract void packRows(int row, int rows, int from, int layer, A to);

  /** Adds {@code count} packed rows, at most a block of them, times a panel to sums. */
  abstract void multiply(int count, int layer, A a, int at, A b, int bt, A sums, int st, int pitch);

  /** Returns an array of the thread's own for panels. */
  abstract A roomForPanels(int size);

  /** Returns one for blocks of rows. */
  abstract A roomForRows(int size);

  /** Returns one for sums. */
  abstract A roomForSums(int size);

  /** Sets sums to zero. */
  abstract void clear(A sums, int size);

  /** Reads part of a row of the result, whose numbers lie side by side. */
  abstract void readResult(int row, int column, A to, int at, int count);

  /** Writes part of a row of the result. */
  abstract void writeResult(int row, int column, A from, int at, int count);

  /** Writes {@code rows} rows of the result, a panel wide. */
  abstract void writePanel(int row, int column, int rows, A from, int at, int pitch);

  // ---- What is the same for all.

  final void run() {
    int packedDepth = PACKED_BLOCKS * blocking.depth();
    for (int column = 0; column < columns; column += blocking.columns()) {
      int width = Math.min(blocking.columns(), columns - column);
      // At least once, so that a product over nothing is written: zeros.
      int from = 0;
      do {
        block(column, width, from, Math.min(packedDepth, depth - from));
        from += packedDepth;
      } while (from < depth);
    }
  }

  /** Adds the part of the product that a block of the right matrix makes. */
  private void block(int column, int width, int from, int deep) {
    var block = new Block(column, width, from, deep);
    if (block.size() <= OWN_SIZE && rows >= OWN_ROWS * Parallel.threads()) {
      long number = BLOCKS.incrementAndGet();
      multiply(block, () -> block.packedByThread(number));
    } else {
      A packed = block.packedByAll();
      multiply(block, () -> packed);
    }
  }

  /** Shares out the product with a block, whose packed panels each chunk asks for. */
  private void multiply(Block block, Supplier<A> panels) {
    int height = blocking.height();
    int taskRows = Math.clamp((rows / 16 + height - 1) / height * height, height, TASK_ROWS);
    int rowTasks = (rows + taskRows - 1) / taskRows;
    // Few rows: the panels are shared out as well.
    int taskPanels = rowTasks >= 16 ? block.panels : Math.max(1, block.panels * rowTasks / 16);
    int columnTasks = (block.panels + taskPanels - 1) / taskPanels;
    long taskWork = Math.max(1, (long) taskRows * taskPanels * panel * block.deep);
    Parallel.range(
        (long) rowTasks * columnTasks,
        Math.max(1, GRAIN / taskWork),
        (first, last) -> {
          A packed = panels.get();
          for (long task = first; task < last; task++) {
            int row = (int) (task / columnTasks) * taskRows;
            int from = (int) (task % columnTasks) * taskPanels;
            int count = Math.min(taskPanels, block.panels - from);
            new Task(
                    row,
                    Math.min(taskRows, rows - row),
                    block.column + from * panel,
                    Math.min(count * panel, block.width - from * panel),
                    block.from,
                    block.deep)
                .run(packed, from * panel * block.deep);
          }
        });
  }

  /** A block of the right matrix: some columns, and part of the depth. */
  private final class Block {
    private final int column;
    private final int width;
    private final int from;
    private final int deep;
    private final int panels;

    Block(int column, int width, int from, int deep) {
      this.column = column;
      this.width = width;
      this.from = from;
      this.deep = deep;
      this.panels = (width + panel - 1) / panel;
    }

    /** Returns how many numbers the packed panels have. */
    int size() {
      return panels * panel * deep;
    }

    /** Returns panels that the threads have packed together. */
    A packedByAll() {
      A packed = roomForPanels(size());
      int together = panelsTogether();
      int layerDepth = blocking.depth();
      int layers = (deep + layerDepth - 1) / layerDepth;
      int groups = (panels + together - 1) / together;
      long work = (long) together * panel * Math.max(1, Math.min(deep, layerDepth));
      Parallel.range(
          (long) groups * layers,
          Math.max(1, GRAIN / 32 / work),
          (first, last) -> {
            for (long task = first; task < last; task++) {
              int layer = (int) (task / groups) * layerDepth;
              int from = (int) (task % groups) * together;
              pack(layer, Math.min(layerDepth, deep - layer), from, together, packed);
            }
          });
      return packed;
    }

    /** Returns panels that the calling thread has packed for itself, once for a block's number. */
    A packedByThread(long number) {
      A packed = roomForPanels(size());
      Scratch scratch = Scratch.own();
      if (scratch.packed != number) {
        pack(0, deep, 0, panels, packed);
        scratch.packed = number;
      }
      return packed;
    }

    private void pack(int layer, int layerDepth, int first, int count, A packed) {
      int columns = Math.min(count * panel, width - first * panel);
      int at = first * panel * deep + layer * panel;
      packPanels(
          from + layer, layerDepth, column + first * panel, columns, packed, at, panel * deep);
    }
  }

  /** A block of the product: rows × columns, over part of the depth. */
  private final class Task {
    private final int row;
    private final int height;
    private final int column;
    private final int width;
    private final int from;
    private final int deep;

    /** The width of the sums in scratch: whole panels. */
    private final int padded;

    Task(int row, int height, int column, int width, int from, int deep) {
      this.row = row;
      this.height = height;
      this.column = column;
      this.width = width;
      this.from = from;
      this.deep = deep;
      this.padded = (width + panel - 1) / panel * panel;
    }

    void run(A packed, int panelsAt) {
      int tallest = blocking.height();
      int layerDepth = blocking.depth();
      int blocks = (height + tallest - 1) / tallest;
      A sums = roomForSums(blocks * tallest * padded);
      A rows = roomForRows(blocks * blocking.block());
      if (from == 0 && !adds) clear(sums, blocks * tallest * padded);
      else for (int r = 0; r < height; r++) readResult(row + r, column, sums, r * padded, width);
      int k = 0;
      do {
        int layer = Math.min(layerDepth, deep - k);
        packRows(row, height, from + k, layer, rows);
        for (int block = 0; block < blocks; block++) {
          int count = Math.min(tallest, height - block * tallest);
          int b = panelsAt + k * panel;
          for (int c = 0; c < padded; c += panel, b += panel * deep) {
            int sum = block * tallest * padded + c;
            multiply(count, layer, rows, block * blocking.block(), packed, b, sums, sum, padded);
            // At once: memory takes the numbers while the next are computed.
            if (k + layer == deep) write(block * tallest, count, c, sums, sum);
          }
        }
        k += layerDepth;
      } while (k < deep);
    }

    /** Stores the part of a panel's sums that belongs to the product. */
    private void write(int r, int count, int c, A sums, int at) {
      int wide = Math.min(panel, width - c);
      if (wide == panel) {
        writePanel(row + r, column + c, count, sums, at, padded);
      } else {
        for (int i = 0; i < count; i++) {
          writeResult(row + r + i, column + c, sums, at + i * padded, wide);
        }
      }
    }
  }
}
