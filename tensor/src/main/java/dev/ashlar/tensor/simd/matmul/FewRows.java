package dev.ashlar.tensor.simd.matmul;

import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.matmul.MicroKernels.DEPTH;

import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.spi.Parallel;
import java.util.Arrays;

/**
 * A product of a few rows with a matrix that is read once, where it lies: packing it, as {@link
 * Gemm} does, would take longer than the product. A matrix whose columns lie side by side (x·Wᵀ) is
 * taken by dot products, one whose rows do (x·W) by adding multiples of its rows. Which of them,
 * and what a task computes, depends on sizes and strides alone, and every sum has its order.
 */
final class FewRows {
  /** The most rows to be added up; beyond, packing pays. */
  private static final int MOST_ADDED = 16;

  /** The most rows for dot products, whose lanes are to be added up as well. */
  private static final int MOST_DOTTED = 12;

  /** Numbers of the matrix from which on it is read where it lies; smaller ones are packed. */
  private static final long LEAST_SIZE = 1 << 13;

  /** Numbers of the matrix that are worth a task of their own. */
  private static final long TASK_SIZE = 1 << 16;

  /**
   * Columns of so many numbers are taken several at a time even by a single row; shorter ones one
   * by one, in the order of memory, which a processor foresees: twice as fast from memory.
   */
  private static final int LONG_COLUMN = 2048;

  /**
   * The most columns of a task that adds up rows, half as many if threads would have none: their
   * sums stay in the nearest cache, and of every row a page is read.
   */
  private static final int TASK_COLUMNS = 1024;

  private final int rows;
  private final int columns;
  private final int depth;
  private final Matrix left;
  private final Matrix right;
  private final Matrix out;

  /** The rows, {@link #pitch} apart, zeros behind them. */
  private final Room x;

  private final int pitch;

  private FewRows(int rows, int columns, int depth, Matrix left, Matrix right, Matrix out) {
    this.rows = rows;
    this.columns = columns;
    this.depth = depth;
    this.left = left;
    this.right = right;
    this.out = out;
    this.pitch = (depth + LANES - 1) / LANES * LANES;
    this.x = Scratch.own().few(rows * pitch);
  }

  /**
   * Multiplies left [M,K] by right [K,N] into out [M,N] if that is a product of few rows, or of few
   * columns; answers whether it was.
   */
  static boolean multiplied(
      int rows, int columns, int depth, Matrix left, Matrix right, Matrix out) {
    if (isFew(rows, columns, depth, right)) {
      new FewRows(rows, columns, depth, left, right, out).run();
      return true;
    }
    if (isFew(columns, rows, depth, left.transposed())) {
      new FewRows(columns, rows, depth, right.transposed(), left.transposed(), out.transposed())
          .run();
      return true;
    }
    return false;
  }

  private static boolean isFew(int rows, int columns, int depth, Matrix right) {
    boolean fits = depth >= LANES && rows < columns && (long) depth * columns >= LEAST_SIZE;
    if (right.columnStride() == 1) return fits && rows <= MOST_ADDED;
    return fits && rows <= MOST_DOTTED && right.rowStride() == 1;
  }

  private void run() {
    // Longer than the numbers, so that vectors beyond the last are there: zeros.
    for (int row = 0; row < rows; row++) {
      int at = x.at() + row * pitch;
      left.readRow(row, 0, x.numbers(), at, depth);
      Arrays.fill(x.numbers(), at + depth, at + pitch, 0f);
    }
    if (right.columnStride() == 1) addRows();
    else multiplyColumns();
  }

  // ---- x·Wᵀ: columns lie side by side.

  private void multiplyColumns() {
    long wanted = Math.max(1, TASK_SIZE / depth) + LANES - 1;
    Parallel.range(columns, wanted / LANES * LANES, (from, to) -> dots((int) from, (int) to));
  }

  private void dots(int from, int to) {
    Scratch scratch = Scratch.own();
    int width = (to - from + LANES - 1) / LANES * LANES;
    Room sums = scratch.sums(rows * width);
    Room lanes = scratch.rows(DotKernels.HEIGHT * DotKernels.SQUARE);
    for (int column = from; column < to; column += LANES) {
      int count = Math.min(LANES, to - column);
      for (int row = 0; row < rows; ) {
        int height = rows - row >= DotKernels.HEIGHT ? DotKernels.HEIGHT : 1;
        lanes(row, height, column, count, lanes);
        for (int r = 0; r < height; r++) {
          int square = lanes.at() + r * DotKernels.SQUARE;
          int at = sums.at() + (row + r) * width + column - from;
          DotKernels.sumLanes(lanes.numbers(), square, sums.numbers(), at);
        }
        row += height;
      }
    }
    for (int row = 0; row < rows; row++) write(row, from, sums, row * width, to - from);
  }

  /** Stores the lanes of the dot products of {@code height} rows with up to LANES columns. */
  private void lanes(int row, int height, int column, int count, Room lanes) {
    long stride = right.columnStride();
    boolean together = height > 1 || depth >= LONG_COLUMN;
    int whole = depth - depth % LANES;
    int from = x.at() + row * pitch;
    int width;
    for (int i = 0; i < count; i += width) {
      long at = right.offset() + (column + i) * stride;
      int to = lanes.at() + i * LANES;
      width = together && count - i >= DotKernels.WIDTH ? DotKernels.WIDTH : 1;
      if (whole == 0) {
        for (int r = 0; r < height; r++) {
          int square = to + r * DotKernels.SQUARE;
          Arrays.fill(lanes.numbers(), square, square + width * LANES, 0);
        }
      } else if (width == 1) {
        for (int r = 0; r < height; r++) {
          int square = to + r * DotKernels.SQUARE;
          DotKernels.dot1(
              whole, x.numbers(), from + r * pitch, right.data(), at, lanes.numbers(), square);
        }
      } else if (height == 1) {
        DotKernels.dots1(whole, x.numbers(), from, right.data(), at, stride, lanes.numbers(), to);
      } else {
        DotKernels.dots4(
            whole, x.numbers(), from, pitch, right.data(), at, stride, lanes.numbers(), to);
      }
      for (int r = 0; whole < depth && r < height; r++) {
        DotKernels.addRest(
            depth - whole,
            width,
            x.numbers(),
            from + r * pitch + whole,
            right.data(),
            at + whole,
            stride,
            lanes.numbers(),
            to + r * DotKernels.SQUARE);
      }
    }
  }

  private void write(int row, int column, Room sums, int at, int count) {
    int from = sums.at() + at;
    if (out.columnStride() == 1) out.writeRow(row, column, sums.numbers(), from, count);
    else out.writeStrided(row, column, sums.numbers(), from, count);
  }

  // ---- x·W: rows lie side by side.

  /**
   * As in {@link Gemm}, an element is the sum over blocks of {@link MicroKernels#DEPTH} of chains
   * in the order of k. If there are few columns to share out, threads take blocks of the depth as
   * well.
   */
  private void addRows() {
    int blocks = (depth + DEPTH - 1) / DEPTH;
    int width = taskColumns();
    int tiles = (columns + width - 1) / width;
    int padded = tiles * width;
    if (blocks == 1 || tiles >= 16) {
      Parallel.range(
          tiles,
          1,
          (from, to) -> {
            for (int tile = (int) from; tile < to; tile++) addTile(tile * width, width, blocks);
          });
      return;
    }
    Room parts = Scratch.own().rows(blocks * rows * padded);
    Parallel.range(
        (long) blocks * tiles,
        1,
        (from, to) -> {
          for (long task = from; task < to; task++) {
            int block = (int) (task / tiles);
            int tile = (int) (task % tiles);
            addBlock(
                block, tile * width, width, parts, block * rows * padded + tile * width, padded);
          }
        });
    for (int block = 1; block < blocks; block++) {
      add(parts, block * rows * padded, rows * padded);
    }
    for (int row = 0; row < rows; row++) write(row, 0, parts, row * padded, columns);
  }

  /** Returns how many columns a task adds up: whole vectors. */
  private int taskColumns() {
    boolean enough = columns >= TASK_COLUMNS * Parallel.threads();
    int most = enough ? TASK_COLUMNS : TASK_COLUMNS / 2;
    return Math.min(most, (columns + LANES - 1) / LANES * LANES);
  }

  private void addTile(int column, int width, int blocks) {
    Room sums = Scratch.own().sums(2 * rows * width);
    for (int block = 0; block < blocks; block++) {
      int at = block == 0 ? 0 : rows * width;
      addBlock(block, column, width, sums, at, width);
      if (block > 0) add(sums, at, rows * width);
    }
    int count = Math.min(width, columns - column);
    for (int row = 0; row < rows; row++) write(row, column, sums, row * width, count);
  }

  /** Adds numbers of a room to its first ones. */
  private static void add(Room sums, int at, int count) {
    AddKernels.add(sums.numbers(), sums.at() + at, sums.numbers(), sums.at(), count);
  }

  /** Stores what a block of the depth adds to a tile, rows {@code pitch} apart. */
  private void addBlock(int block, int column, int width, Room to, int at, int pitch) {
    int first = to.at() + at;
    for (int row = 0; row < rows; row++) {
      Arrays.fill(to.numbers(), first + row * pitch, first + row * pitch + width, 0f);
    }
    int count = Math.min(width, columns - column);
    int whole = count - count % LANES;
    int begin = block * DEPTH;
    int end = Math.min(depth, begin + DEPTH);
    for (int k = begin; whole > 0 && k < end; k += AddKernels.DEEP) {
      int deep = Math.min(AddKernels.DEEP, end - k);
      for (int row = 0; row < rows; ) {
        int height = deep < AddKernels.DEEP ? 1 : Math.min(4, Integer.highestOneBit(rows - row));
        addRows(row, height, k, deep, column, whole, to.numbers(), first + row * pitch, pitch);
        row += height;
      }
    }
    if (whole == count) return;
    long from = right.offset() + begin * right.rowStride() + column + whole;
    for (int row = 0; row < rows; row++) {
      AddKernels.addRest(
          count - whole,
          end - begin,
          x.numbers(),
          x.at() + row * this.pitch + begin,
          right.data(),
          from,
          right.rowStride(),
          to.numbers(),
          first + row * pitch + whole);
    }
  }

  /**
   * Adds whole vectors of {@code deep} rows of the matrix, times numbers of {@code height} rows.
   */
  private void addRows(
      int row, int height, int k, int deep, int column, int count, float[] y, int yt, int pitch) {
    float[] x = this.x.numbers();
    var w = right.data();
    long step = right.rowStride();
    long at = right.offset() + k * step + column;
    int xt = this.x.at() + row * this.pitch + k;
    if (deep < AddKernels.DEEP) {
      for (int i = 0; i < deep; i++) AddKernels.add1(count, x, xt + i, w, at + i * step, y, yt);
    } else if (height == 1) {
      AddKernels.add8(count, x, xt, w, at, step, y, yt);
    } else if (height == 2) {
      AddKernels.add8(count, x, xt, w, at, step, y, yt);
      AddKernels.add8(count, x, xt + this.pitch, w, at, step, y, yt + pitch);
    } else {
      AddKernels.add4x4(count, x, xt, this.pitch, w, at, step, y, yt, pitch);
      AddKernels.add4x4(count, x, xt + 4, this.pitch, w, at + 4 * step, step, y, yt, pitch);
    }
  }
}
