package dev.ashlar.tensor.simd.matmul;

import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.spi.Parallel;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * One product of two matrices, blocked for the caches as in Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication" (TOMS 2008). The right matrix is packed into panels as
 * wide as a micro-kernel, by all threads together, or a small one by each for itself, since what
 * another has packed comes from that one's cache; then each task packs some rows of the left one,
 * and passes them by one panel after another, whose current depth is thus read from beyond the
 * first-level cache once. Where rows are few, tasks share out the columns instead. An element of
 * the product is the sum over blocks of {@link Blocking#depth} of chains of fused multiply-adds in
 * the order of k: the same bits however the work is shared out. How numbers are packed and
 * multiplied is left to the element type.
 *
 * @param <A> room for numbers of that type
 * @param <P> what holds packed panels
 */
abstract sealed class Gemm<A, P> permits FloatGemm, DoubleGemm {
  /** Rows of the right matrix packed at a time, in blocks' depths. */
  private static final int PACKED_BLOCKS = 4;

  /**
   * The most rows a task computes: as packed, and with their sums, they stay in the second-level
   * cache. A multiple of every block's height.
   */
  private static final int TASK_ROWS = 96;

  /** The fewest columns a task computes for which it packs rows that others pack, too. */
  private static final int TASK_COLUMNS = 64;

  /** Tasks a thread has at least, so that none waits long for the last. */
  private static final int TASKS = 4;

  /** Work worth handing to another thread, in multiplications: some ten microseconds. */
  private static final long GRAIN = 1 << 19;

  /**
   * Up to so many numbers of the right matrix are packed by every thread for itself, if each has
   * {@link #OWN_ROWS} rows to multiply: a second-level cache holds them.
   */
  private static final int OWN_SIZE = 1 << 18;

  private static final int OWN_ROWS = 16;

  /** Numbers blocks, so that a thread knows what it has packed. */
  private static final AtomicLong BLOCKS = new AtomicLong();

  /**
   * The sizes of what is packed.
   *
   * @param height the rows of a block of the left matrix
   * @param panel the columns of a panel of the right one
   * @param depth the most columns of a block, which are as many rows of a panel
   * @param block the numbers a packed block takes
   * @param columns packed at a time: rows of the left matrix are packed anew for so many
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
  final Gemm<A, P> adding() {
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
  abstract void packPanels(int row, int deep, int column, int count, P to, int at, int pitch);

  /**
   * Packs rows of the left matrix in blocks, and zeros for the rows that a micro-kernel has too
   * many.
   *
   * @param from the first of {@code layer} columns
   * @param at where the first block is to begin
   */
  abstract void packRows(int row, int rows, int from, int layer, A to, int at);

  /**
   * Adds {@code count} packed rows, at most a block of them, times a panel, of which at least the
   * first {@code columns} count, to sums.
   *
   * @param sums [block of rows, panel]; {@code st} says where they begin
   * @param fresh whether the sums are zero before, whatever is there
   */
  abstract void multiply(
      int count, int columns, int layer, A a, int at, P b, int bt, A sums, int st, boolean fresh);

  /** Returns room of the thread's own for panels. */
  abstract P roomForPanels(int size);

  /** Returns room of the thread's own for blocks of rows. */
  abstract A roomForRows(int size);

  /** Returns one for sums. */
  abstract A roomForSums(int size);

  /** Reads sums [rows, panel] from the result. */
  abstract void readResult(int row, int column, int rows, int columns, A sums, int at);

  /** Writes them there. */
  abstract void writeResult(int row, int column, int rows, int columns, A sums, int at);

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
    if (rows <= TASK_ROWS && width >= TASK_COLUMNS * Parallel.threads()) {
      multiplyByColumns(block);
    } else if (block.size() <= OWN_SIZE && rows >= OWN_ROWS * Parallel.threads()) {
      long number = BLOCKS.incrementAndGet();
      multiply(block, () -> block.packedByThread(number));
    } else {
      P packed = block.packedByAll();
      multiply(block, () -> packed);
    }
  }

  /**
   * Shares out the columns of the product with a block by rows that one task holds: each packs the
   * panels that it multiplies, and all rows.
   */
  private void multiplyByColumns(Block block) {
    int threads = Parallel.threads();
    int tasks = threads == 1 ? 1 : TASKS * threads;
    int count = Math.max((block.panels + tasks - 1) / tasks, (TASK_COLUMNS + panel - 1) / panel);
    long taskWork = Math.max(1, (long) rows * count * panel * block.deep);
    Parallel.range(
        (block.panels + count - 1) / count,
        Math.max(1, GRAIN / taskWork),
        (first, last) -> {
          for (int task = (int) first; task < last; task++) {
            Block part = block.part(task * count, count);
            P packed = part.packed();
            new Task(0, rows, part.column, part.width, part.from, part.deep).run(packed, 0);
          }
        });
  }

  /** Shares out the product with a block, whose packed panels each chunk asks for. */
  private void multiply(Block block, Supplier<P> panels) {
    int height = blocking.height();
    int threads = Parallel.threads();
    int tasks = threads == 1 ? 1 : TASKS * threads;
    int taskRows = Math.clamp((rows / tasks + height - 1) / height * height, height, TASK_ROWS);
    int rowTasks = (rows + taskRows - 1) / taskRows;
    // Few rows: the panels are shared out as well.
    int taskPanels =
        rowTasks >= tasks ? block.panels : Math.max(1, block.panels * rowTasks / tasks);
    int columnTasks = (block.panels + taskPanels - 1) / taskPanels;
    long taskWork = Math.max(1, (long) taskRows * taskPanels * panel * block.deep);
    Parallel.range(
        (long) rowTasks * columnTasks,
        Math.max(1, GRAIN / taskWork),
        (first, last) -> {
          P packed = panels.get();
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

    /** Returns part of the block: {@code count} panels from one on, or as many as there are. */
    Block part(int first, int count) {
      int columns = Math.min(count * panel, width - first * panel);
      return new Block(column + first * panel, columns, from, deep);
    }

    /** Returns how many numbers the packed panels have. */
    int size() {
      return panels * panel * deep;
    }

    /** Returns panels that the threads have packed together. */
    P packedByAll() {
      P packed = roomForPanels(size());
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

    /** Returns panels that the calling thread packs for itself. */
    P packed() {
      P packed = roomForPanels(size());
      pack(0, deep, 0, panels, packed);
      return packed;
    }

    /** Returns panels that it packs once for a block's number. */
    P packedByThread(long number) {
      Scratch scratch = Scratch.own();
      if (scratch.packed != number) {
        packed();
        scratch.packed = number;
      }
      return roomForPanels(size());
    }

    private void pack(int layer, int layerDepth, int first, int count, P packed) {
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

    Task(int row, int height, int column, int width, int from, int deep) {
      this.row = row;
      this.height = height;
      this.column = column;
      this.width = width;
      this.from = from;
      this.deep = deep;
    }

    void run(P packed, int panelsAt) {
      int tallest = blocking.height();
      int layerDepth = blocking.depth();
      int blocks = (height + tallest - 1) / tallest;
      int layers = Math.max(1, (deep + layerDepth - 1) / layerDepth);
      int pitch = blocks * blocking.block();
      // Sums that are complete at once give way to the next.
      int tile = layers == 1 ? 0 : tallest * panel;
      A rows = roomForRows(layers * pitch);
      A sums = roomForSums(tallest * panel + (blocks - 1) * tile);
      for (int layer = 0; layer < layers; layer++) {
        int k = layer * layerDepth;
        packRows(row, height, from + k, Math.min(layerDepth, deep - k), rows, layer * pitch);
      }
      boolean adding = adds || from > 0;
      for (int c = 0; c < width; c += panel) {
        int columns = Math.min(panel, width - c);
        int k = 0;
        int layerAt = 0;
        do {
          int layer = Math.min(layerDepth, deep - k);
          int b = panelsAt + c * deep + k * panel;
          for (int block = 0; block < blocks; block++) {
            int r = block * tallest;
            int count = Math.min(tallest, height - r);
            int a = layerAt + block * blocking.block();
            int sum = block * tile;
            if (k == 0 && adding) readResult(row + r, column + c, count, columns, sums, sum);
            boolean fresh = k == 0 && !adding;
            multiply(count, columns, layer, rows, a, packed, b, sums, sum, fresh);
            // At once: memory takes the numbers while the next are computed.
            if (k + layer == deep) writeResult(row + r, column + c, count, columns, sums, sum);
          }
          k += layerDepth;
          layerAt += pitch;
        } while (k < deep);
      }
    }
  }
}
