package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.MicroKernels.DEPTH;
import static dev.ashlar.tensor.simd.MicroKernels.HEIGHT;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.PANEL;
import static dev.ashlar.tensor.simd.MicroKernels.ROW;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import dev.ashlar.tensor.spi.Parallel;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;

/**
 * One product of two F32 matrices, blocked for the caches as in Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication" (TOMS 2008). The right matrix is packed into panels as
 * wide as a micro-kernel, by all threads together, or a small one by each for itself; then each
 * task packs a few rows of the left one at a time, keeps them in the first-level cache, and passes
 * all panels by. An element of the product is the sum over blocks of {@link MicroKernels#DEPTH} of
 * chains of fused multiply-adds in the order of k: the same bits however the work is shared out.
 */
final class Gemm {
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

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

  /** Rows of the right matrix that are transposed at a time. */
  private static final int TURNED_DEPTH = 128;

  private final int rows;
  private final int columns;
  private final int depth;
  private final Matrix left;
  private final Matrix right;
  private final Matrix out;

  /** Multiplies left [M,K] by right [K,N] into out [M,N], whose rows lie side by side in memory. */
  Gemm(int rows, int columns, int depth, Matrix left, Matrix right, Matrix out) {
    this.rows = rows;
    this.columns = columns;
    this.depth = depth;
    this.left = left;
    this.right = right;
    this.out = out;
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
      long panelWork = Math.max(1, (long) deep * PANEL);
      Parallel.range(
          panels,
          Math.max(1, GRAIN / 32 / panelWork),
          (first, last) -> pack((int) first, (int) last, packed));
      return packed;
    }

    /** Returns panels that the calling thread has packed for itself, once for a block's number. */
    float[] packedByThread(long number) {
      Scratch scratch = Scratch.own();
      float[] packed = scratch.panels(size());
      if (scratch.packed != number) {
        pack(0, panels, packed);
        scratch.packed = number;
      }
      return packed;
    }

    private void pack(int first, int last, float[] packed) {
      for (int panel = first; panel < last; panel++) {
        int count = Math.min(PANEL, width - panel * PANEL);
        packPanel(from, deep, column + panel * PANEL, count, packed, panel * PANEL * deep);
      }
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
      int size = (height + HEIGHT - 1) / HEIGHT * HEIGHT * padded;
      float[] sums = scratch.sums(size);
      float[] packedRows = scratch.rows(HEIGHT * ROW);
      if (from == 0) Arrays.fill(sums, 0, size, 0f);
      else for (int r = 0; r < height; r++) out.readRow(row + r, column, sums, r * padded, width);
      for (int k = 0; k < deep; k += DEPTH) {
        int layer = Math.min(DEPTH, deep - k);
        for (int r = 0; r < height; r += HEIGHT) {
          int count = Math.min(HEIGHT, height - r);
          packRows(row + r, count, from + k, layer, packedRows);
          for (int c = 0; c < padded; c += PANEL) {
            multiply(
                count,
                layer,
                packedRows,
                packed,
                panelsAt + c * deep + k * PANEL,
                sums,
                r * padded + c);
          }
        }
      }
      if (padded == width && out.rowStride() == width) {
        out.writeRow(row, column, sums, 0, height * width);
      } else {
        for (int r = 0; r < height; r++) out.writeRow(row + r, column, sums, r * padded, width);
      }
    }

    private void multiply(int count, int layer, float[] a, float[] b, int bt, float[] c, int ct) {
      if (byColumns(count)) {
        if (count == 8) MicroKernels.columns8(layer, a, 0, b, bt, c, ct, padded);
        else MicroKernels.columns4(layer, a, 0, b, bt, c, ct, padded);
      } else if (count == 1) {
        MicroKernels.rows1(layer, a, 0, b, bt, c, ct, padded);
      } else if (count <= 4) {
        MicroKernels.rows4(layer, a, 0, b, bt, c, ct, padded);
      } else {
        MicroKernels.rows8(layer, a, 0, b, bt, c, ct, padded);
      }
    }
  }

  /** Returns whether rows of the left matrix are packed column by column, as they lie in memory. */
  private boolean byColumns(int count) {
    return left.rowStride() == 1 && left.columnStride() != 1 && (count == 8 || count == 4);
  }

  /** Packs rows of the left matrix, and zeros for the rows that a micro-kernel has too many. */
  private void packRows(int row, int count, int from, int layer, float[] to) {
    if (byColumns(count)) {
      Matrix part = left.from(row, from);
      if (count == 8) packColumnsOf8(part, layer, to);
      else packColumnsOf4(part, layer, to);
      return;
    }
    for (int r = 0; r < count; r++) left.readRow(row + r, from, to, r * ROW, layer);
    int used = count == 1 ? 1 : count <= 4 ? 4 : HEIGHT;
    for (int r = count; r < used; r++) Arrays.fill(to, r * ROW, r * ROW + layer, 0f);
  }

  // Two methods, since C2 needs the species as a constant.
  private static void packColumnsOf8(Matrix part, int layer, float[] to) {
    var data = part.data();
    for (int k = 0; k < layer; k++) {
      long at = (part.offset() + k * part.columnStride()) * Float.BYTES;
      FloatVector.fromMemorySegment(FloatVector.SPECIES_256, data, at, NATIVE).intoArray(to, k * 8);
    }
  }

  private static void packColumnsOf4(Matrix part, int layer, float[] to) {
    var data = part.data();
    for (int k = 0; k < layer; k++) {
      long at = (part.offset() + k * part.columnStride()) * Float.BYTES;
      FloatVector.fromMemorySegment(FloatVector.SPECIES_128, data, at, NATIVE).intoArray(to, k * 4);
    }
  }

  /**
   * Packs columns of the right matrix side by side, and zeros for the columns that a panel has too
   * many.
   */
  private void packPanel(int from, int deep, int column, int count, float[] to, int at) {
    if (count < PANEL) Arrays.fill(to, at, at + deep * PANEL, 0f);
    Matrix part = right.from(from, column);
    if (part.columnStride() != 1) packStrided(part, deep, count, to, at);
    else if (count == PANEL) packWhole(part, deep, to, at);
    else for (int k = 0; k < deep; k++) part.readRow(k, 0, to, at + k * PANEL, count);
  }

  private static void packWhole(Matrix part, int deep, float[] to, int at) {
    var data = part.data();
    long bytes = part.offset() * Float.BYTES;
    for (int k = 0; k < deep; k++) {
      long row = bytes + k * part.rowStride() * Float.BYTES;
      FloatVector.fromMemorySegment(S, data, row, NATIVE).intoArray(to, at + k * PANEL);
      FloatVector.fromMemorySegment(S, data, row + LANES * Float.BYTES, NATIVE)
          .intoArray(to, at + k * PANEL + LANES);
    }
  }

  private static void packStrided(Matrix part, int deep, int count, float[] to, int at) {
    Matrix turned = part.transposed();
    int squares = 0;
    if (part.rowStride() == 1 && count == PANEL && Squares.fit()) {
      squares = deep / LANES * LANES;
      packSquares(turned, squares, to, at);
    }
    float[] line = Scratch.own().a;
    // Part by part: the panel's lines stay in the nearest cache until all columns are there.
    for (int from = squares; from < deep; from += TURNED_DEPTH) {
      int length = Math.min(TURNED_DEPTH, deep - from);
      for (int c = 0; c < count; c++) {
        turned.readRow(c, from, line, 0, length);
        spread(line, length, to, at + from * PANEL + c);
      }
    }
  }

  private static void packSquares(Matrix turned, int deep, float[] to, int at) {
    long stride = turned.rowStride() * Float.BYTES;
    for (int k = 0; k < deep; k += LANES) {
      for (int c = 0; c < PANEL; c += LANES) {
        long from = (turned.offset() + c * turned.rowStride() + k) * Float.BYTES;
        Squares.transpose(turned.data(), from, stride, to, at + k * PANEL + c, PANEL);
      }
    }
  }

  private static void spread(float[] line, int length, float[] to, int at) {
    for (int k = 0; k < length; k++) to[at + k * PANEL] = line[k];
  }
}
