package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.MicroKernels.DEPTH;
import static dev.ashlar.tensor.simd.MicroKernels.HEIGHT;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.PANEL;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;

/**
 * One product of two F32 matrices, blocked for the caches as in Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication" (TOMS 2008). The right matrix is packed into panels as
 * wide as a micro-kernel, by all threads together, or a small one by each for itself; then each
 * task packs some rows of the left one, and passes all panels by a block of them at a time, which
 * stays in the first-level cache. An element of the product is the sum over blocks of {@link
 * MicroKernels#DEPTH} of chains of fused multiply-adds in the order of k: the same bits however the
 * work is shared out.
 */
final class Gemm {
  /**
   * Columns packed at a time: with {@link MicroKernels#DEPTH} rows they fill half of a second-level
   * cache of 1 MB.
   */
  private static final int COLUMNS = 512;

  /** Rows of the right matrix packed at a time. */
  private static final int PACKED_DEPTH = 8 * DEPTH;

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

  private final int rows;
  private final int columns;
  private final int depth;
  private final LeftRows left;
  private final RightPanels right;
  private final Matrix out;

  /** Whether the product is added to what {@link #out} holds. */
  private boolean adds;

  /** Multiplies left [M,K] by right [K,N] into out [M,N], whose rows lie side by side in memory. */
  Gemm(int rows, int columns, int depth, Matrix left, Matrix right, Matrix out) {
    this.rows = rows;
    this.columns = columns;
    this.depth = depth;
    this.left = new LeftRows(left);
    this.right = new RightPanels(right);
    this.out = out;
  }

  /**
   * Adds the product to {@code out} instead: the same bits as one product over the depth of all
   * that are added, where each but the last is a multiple of {@link MicroKernels#DEPTH} deep.
   */
  Gemm adding() {
    adds = true;
    return this;
  }

  void run() {
    for (int column = 0; column < columns; column += COLUMNS) {
      int width = Math.min(COLUMNS, columns - column);
      // At least once, so that a product over nothing is written: zeros.
      int from = 0;
      do {
        block(column, width, from, Math.min(PACKED_DEPTH, depth - from));
        from += PACKED_DEPTH;
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
      float[] packed = block.packedByAll();
      multiply(block, () -> packed);
    }
  }

  /** Shares out the product with a block, whose packed panels each chunk asks for. */
  private void multiply(Block block, Supplier<float[]> panels) {
    int taskRows = Math.clamp((rows / 16 + HEIGHT - 1) / HEIGHT * HEIGHT, HEIGHT, TASK_ROWS);
    int rowTasks = (rows + taskRows - 1) / taskRows;
    // Few rows: the panels are shared out as well.
    int taskPanels = rowTasks >= 16 ? block.panels : Math.max(1, block.panels * rowTasks / 16);
    int columnTasks = (block.panels + taskPanels - 1) / taskPanels;
    long taskWork = Math.max(1, (long) taskRows * taskPanels * PANEL * block.deep);
    Parallel.range(
        (long) rowTasks * columnTasks,
        Math.max(1, GRAIN / taskWork),
        (first, last) -> {
          float[] packed = panels.get();
          for (long task = first; task < last; task++) {
            int row = (int) (task / columnTasks) * taskRows;
            int panel = (int) (task % columnTasks) * taskPanels;
            int count = Math.min(taskPanels, block.panels - panel);
            new Task(
                    row,
                    Math.min(taskRows, rows - row),
                    block.column + panel * PANEL,
                    Math.min(count * PANEL, block.width - panel * PANEL),
                    block.from,
                    block.deep)
                .run(packed, panel * PANEL * block.deep);
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
      this.panels = (width + PANEL - 1) / PANEL;
    }

    /** Returns how many numbers the packed panels have. */
    int size() {
      return panels * PANEL * deep;
    }

    /** Returns panels that the threads have packed together. */
    float[] packedByAll() {
      float[] packed = Scratch.own().panels(size());
      int together = right.together();
      int layers = (deep + DEPTH - 1) / DEPTH;
      int groups = (panels + together - 1) / together;
      long work = (long) together * PANEL * Math.max(1, Math.min(deep, DEPTH));
      Parallel.range(
          (long) groups * layers,
          Math.max(1, GRAIN / 32 / work),
          (first, last) -> {
            for (long task = first; task < last; task++) {
              int layer = (int) (task / groups) * DEPTH;
              int panel = (int) (task % groups) * together;
              pack(layer, Math.min(DEPTH, deep - layer), panel, together, packed);
            }
          });
      return packed;
    }

    /** Returns panels that the calling thread has packed for itself, once for a block's number. */
    float[] packedByThread(long number) {
      Scratch scratch = Scratch.own();
      float[] packed = scratch.panels(size());
      if (scratch.packed != number) {
        pack(0, deep, 0, panels, packed);
        scratch.packed = number;
      }
      return packed;
    }

    private void pack(int layer, int layerDepth, int panel, int count, float[] packed) {
      int columns = Math.min(count * PANEL, width - panel * PANEL);
      int at = panel * PANEL * deep + layer * PANEL;
      right.pack(
          from + layer, layerDepth, column + panel * PANEL, columns, packed, at, PANEL * deep);
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
      this.padded = (width + PANEL - 1) / PANEL * PANEL;
    }

    void run(float[] packed, int panelsAt) {
      Scratch scratch = Scratch.own();
      int blocks = (height + HEIGHT - 1) / HEIGHT;
      float[] sums = scratch.sums(blocks * HEIGHT * padded);
      float[] rows = scratch.rows(blocks * LeftRows.BLOCK);
      if (from == 0 && !adds) Arrays.fill(sums, 0, blocks * HEIGHT * padded, 0f);
      else for (int r = 0; r < height; r++) out.readRow(row + r, column, sums, r * padded, width);
      int k = 0;
      do {
        int layer = Math.min(DEPTH, deep - k);
        left.pack(row, height, from + k, layer, rows);
        for (int block = 0; block < blocks; block++) {
          int count = Math.min(HEIGHT, height - block * HEIGHT);
          int b = panelsAt + k * PANEL;
          for (int c = 0; c < padded; c += PANEL, b += PANEL * deep) {
            int sum = block * HEIGHT * padded + c;
            multiply(count, layer, rows, block * LeftRows.BLOCK, packed, b, sums, sum);
            // At once: memory takes the numbers while the next are computed.
            if (k + layer == deep) write(block * HEIGHT, count, c, sums, sum);
          }
        }
        k += DEPTH;
      } while (k < deep);
    }

    private void multiply(
        int count, int layer, float[] a, int at, float[] b, int bt, float[] c, int ct) {
      if (left.byColumns(count)) {
        if (HEIGHT == 8) MicroKernels.columns8(layer, a, at, b, bt, c, ct, padded);
        else MicroKernels.columns4(layer, a, at, b, bt, c, ct, padded);
      } else if (count == 1) {
        MicroKernels.rows1(layer, a, at, b, bt, c, ct, padded);
      } else if (count <= 4) {
        MicroKernels.rows4(layer, a, at, b, bt, c, ct, padded);
      } else {
        MicroKernels.rows8(layer, a, at, b, bt, c, ct, padded);
      }
    }

    /** Stores the part of a panel's sums that belongs to the product. */
    private void write(int r, int count, int c, float[] sums, int at) {
      int wide = Math.min(PANEL, width - c);
      if (wide == PANEL) {
        writePanel(out.from(row + r, column + c), count, sums, at, padded);
      } else {
        for (int i = 0; i < count; i++) {
          out.writeRow(row + r + i, column + c, sums, at + i * padded, wide);
        }
      }
    }
  }

  private static void writePanel(Matrix part, int count, float[] sums, int at, int pitch) {
    MemorySegment data = FloatBlock.known(part.data());
    for (int i = 0; i < count; i++) {
      long to = (part.offset() + i * part.rowStride()) * Float.BYTES;
      FloatVector.fromArray(S, sums, at + i * pitch).intoMemorySegment(data, to, FloatBlock.ORDER);
      FloatVector.fromArray(S, sums, at + i * pitch + LANES)
          .intoMemorySegment(data, to + LANES * Float.BYTES, FloatBlock.ORDER);
    }
  }
}
