package dev.ashlar.tensor.simd.reduce;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sum, greatest and least of F32, F64 or I32 over any axes. The input is read as [outer, folded,
 * inner], inner being the kept axes behind the last folded one; then either lines are folded to a
 * number each (inner is 1), or lines into one another. The folded axis is cut into pieces of a size
 * that depends on the shape alone; their results are joined in order. I32 is folded as F64, which
 * holds the sum of so few numbers exactly.
 */
public record ReduceKernel(Op.Reduction op) implements Kernel {
  /** Elements in a piece: worth handing to another thread. */
  private static final int PIECE = 32 * Blocks.SIZE;

  /** The most numbers of I32 whose sum a double holds. */
  private static final long EXACT = 1L << 53 - 31;

  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  /** Returns whether the kernel reduces such an input. */
  public static boolean takes(TensorSpec input) {
    return switch (input.dtype()) {
      case F32, F64 -> true;
      case I32 -> input.shape().size() <= EXACT;
      case I64, BOOL, BF16 -> false;
    };
  }

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand y = outputs.getFirst();
    if (y.size() > 0) new Reduction(op, inputs.getFirst(), y).run();
  }

  /** One reduction at work. */
  private static final class Reduction {
    private final Folds fold;
    private final Operand y;
    private final Window x;

    /** The size of a number as it is folded. */
    private final int bytes;

    private final long outer;
    private final long folded;
    private final long inner;

    Reduction(Op.Reduction op, Operand input, Operand y) {
      this.fold = Folds.of(op);
      this.y = y;
      this.bytes = y.dtype() == DType.F32 ? Float.BYTES : Double.BYTES;
      Layout layout = input.layout();
      int rank = layout.rank();
      int lastFolded = op.axes().isEmpty() ? -1 : op.axes().getLast();
      List<Integer> order = new ArrayList<>();
      for (int axis = 0; axis < lastFolded; axis++) if (!op.axes().contains(axis)) order.add(axis);
      int outerAxes = order.size();
      order.addAll(op.axes());
      for (int axis = lastFolded + 1; axis < rank; axis++) order.add(axis);
      Layout ordered = layout.permute(order.stream().mapToInt(axis -> axis).toArray());
      this.x = Window.of(input, ordered);
      this.outer = ordered.shape().slice(0, outerAxes).size();
      this.folded = ordered.shape().slice(outerAxes, outerAxes + op.axes().size()).size();
      this.inner = ordered.shape().slice(outerAxes + op.axes().size(), rank).size();
    }

    void run() {
      if (inner == 1) foldLines();
      else foldRows();
    }

    /** [outer, folded] -> [outer]. */
    private void foldLines() {
      int pieces = pieces(folded, PIECE);
      double[] results = new double[Math.toIntExact(outer * pieces)];
      if (folded == 0) Arrays.fill(results, fold.nothing);
      else foldLines(results, pieces);
      join(results, 1, pieces);
    }

    private void foldLines(double[] results, int pieces) {
      long length = Math.min(folded, PIECE);
      Parallel.range(
          results.length,
          Math.max(1, PIECE / Math.max(1, length)),
          (from, to) -> {
            MemorySegment block = Scratch.own().line(0, 2 * Blocks.SIZE);
            double[] parts = new double[Folds.LINES];
            int count;
            for (int i = (int) from; i < to; i += count) {
              if (folded <= Blocks.SIZE) {
                count = (int) Math.min(Folds.LINES, to - i);
                lines(i * folded, count, (int) folded, results, i, block);
              } else {
                count = 1;
                long start = i / pieces * folded;
                long first = (long) (i % pieces) * PIECE;
                long end = start + Math.min(folded, first + PIECE);
                results[i] = line(start + first, end, parts, block);
              }
            }
          });
    }

    /** Folds a long line part by part. */
    private double line(long from, long to, double[] parts, MemorySegment block) {
      double result = fold.nothing;
      for (long at = from; at < to; ) {
        int length = (int) Math.min(Blocks.SIZE, to - at);
        int count = (int) Math.min(Folds.LINES, (to - at) / length);
        lines(at, count, length, parts, 0, block);
        for (int i = 0; i < count; i++) result = fold.join(result, parts[i]);
        at += (long) count * length;
      }
      return result;
    }

    /** Folds lines of {@code length} elements, the first of which begins at element {@code at}. */
    private void lines(
        long at, int count, int length, double[] into, int index, MemorySegment block) {
      long direct = foldsInPlace() ? x.sideBySide(at, length) : -1;
      long stride = x.distance(at, count, length, length);
      if (direct >= 0 && stride >= 0) {
        fold(x.data(), direct * bytes, stride * bytes, count, length, into, index);
        return;
      }
      int most = Blocks.SIZE / length;
      for (int i = 0; i < count; i += most) {
        int some = Math.min(most, count - i);
        read(at + (long) i * length, some * length, block);
        fold(block, 0, (long) length * bytes, some, length, into, index + i);
      }
    }

    private void fold(
        MemorySegment from, long at, long stride, int count, int length, double[] into, int index) {
      if (bytes == Float.BYTES) fold.lines(from, at, stride, count, length, into, index);
      else DoubleFolds.lines(fold, from, at, stride, count, length, into, index);
    }

    /** [outer, folded, inner] -> [outer, inner]. */
    private void foldRows() {
      int width = (int) Math.min(inner, Blocks.SIZE);
      int columns = pieces(inner, width);
      int height = Math.max(1, PIECE / width);
      int pieces = pieces(folded, height);
      double[] results = new double[Math.toIntExact(outer * pieces * inner)];
      Parallel.range(
          outer * pieces * columns,
          Math.max(1, PIECE / Math.max(1, width * Math.min(height, folded))),
          (from, to) -> {
            MemorySegment block = Scratch.own().line(0, 2 * Blocks.SIZE);
            MemorySegment lanes = Scratch.own().line(1, 2 * Blocks.SIZE);
            for (long i = from; i < to; i++) {
              long number = i / columns;
              long column = i % columns * width;
              int count = (int) Math.min(width, inner - column);
              long first = number % pieces * height;
              long end = Math.min(folded, first + height);
              for (int k = 0; k < count; k++) lanes.setAtIndex(DOUBLE, k, fold.nothing);
              long at = (number / pieces * folded + first) * inner + column;
              foldRows(at, (int) (end - first), lanes, count, block);
              MemorySegment.copy(lanes, DOUBLE, 0, results, (int) (number * inner + column), count);
            }
          });
      join(results, inner, pieces);
    }

    /** Folds rows of {@code count} elements, the first of which begins at element {@code at}. */
    private void foldRows(long at, int rows, MemorySegment lanes, int count, MemorySegment block) {
      if (rows <= 0) return;
      long direct = foldsInPlace() ? x.sideBySide(at, count) : -1;
      long stride = x.distance(at, rows, inner, count);
      if (direct >= 0 && stride >= 0) {
        fold(x.data(), direct * bytes, stride * bytes, rows, lanes, count);
        return;
      }
      int most = count == inner ? Blocks.SIZE / count : 1;
      for (int row = 0; row < rows; row += most) {
        int some = Math.min(most, rows - row);
        read(at + row * inner, some * count, block);
        fold(block, 0, (long) count * bytes, some, lanes, count);
      }
    }

    private boolean foldsInPlace() {
      return y.dtype() != DType.I32;
    }

    private void read(long from, int count, MemorySegment block) {
      if (foldsInPlace()) {
        x.read(from, block, count);
      } else {
        int[] numbers = Scratch.own().i;
        x.read(from, numbers, count);
        for (int i = 0; i < count; i++) block.setAtIndex(DOUBLE, i, numbers[i]);
      }
    }

    private void fold(
        MemorySegment from, long at, long stride, int rows, MemorySegment lanes, int count) {
      if (bytes == Float.BYTES) fold.lanes(from, at, stride, rows, lanes, count);
      else DoubleFolds.lanes(fold, from, at, stride, rows, lanes, count);
    }

    private static int pieces(long size, int most) {
      return Math.toIntExact(Math.max(1, (size + most - 1) / most));
    }

    /** Joins [outer, pieces, width] to the result [outer, width]. */
    private void join(double[] results, long width, int pieces) {
      long line = pieces == 1 ? outer * width : width;
      Blocks.forEach(
          outer * width,
          (from, count, scratch) -> {
            for (int done = 0; done < count; ) {
              long within = (from + done) % line;
              int length = (int) Math.min(count - done, line - within);
              int at = (int) ((from + done) / line * pieces * line + within);
              for (int piece = 1; piece < pieces; piece++) {
                fold.join(results, at, results, at + (int) (piece * line), length);
              }
              store(results, at, from + done, length, scratch);
              done += length;
            }
          });
    }

    private void store(double[] results, int at, long to, int count, Scratch scratch) {
      switch (y.dtype()) {
        case F32 -> {
          for (int i = 0; i < count; i++) scratch.b[i] = (float) results[at + i];
          Blocks.write(y, to, scratch.b, count);
        }
        case I32 -> {
          // A sum keeps its low bits.
          for (int i = 0; i < count; i++) scratch.j[i] = (int) (long) results[at + i];
          Blocks.write(y, to, scratch.j, count);
        }
        case F64 -> {
          long byteAt = (y.layout().offsetElements() + to) * Double.BYTES;
          MemorySegment.copy(results, at, y.data(), DOUBLE, byteAt, count);
        }
        case I64, BOOL, BF16 -> throw new IllegalStateException("not taken: " + y.dtype());
      }
    }
  }
}
