package dev.ashlar.tensor.simd.blocks;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.lanes.Floats;
import dev.ashlar.tensor.spi.Operand;

/**
 * A shape seen along an axis, as [outer, size, inner]. The columns of inner are cut into bands
 * whose width depends on the shape alone; the last takes what is left over, and may be almost twice
 * as wide.
 */
public record Along(long outer, int size, long inner) {
  /** The most columns of a band. */
  public static final int MOST = Blocks.SIZE;

  /** Elements of a band that caches near the processor hold. */
  private static final int NEAR = 32 * Blocks.SIZE;

  /** The fewest columns of a band, if there are as many: lines of the cache in a row. */
  private static final int FEWEST = 64;

  /** Rows that make up for what a line costs besides them. */
  private static final int SHORT = 32;

  public static Along of(Shape shape, int axis) {
    return new Along(
        shape.slice(0, axis).size(), shape.dim(axis), shape.slice(axis + 1, shape.rank()).size());
  }

  /** Returns whether there are few columns, so that vectors had better lie along the axis. */
  public static boolean isNarrow(Shape shape, int axis) {
    return shape.rank() == 0 || of(shape, axis).inner < Floats.LANES;
  }

  /** Returns whether there are few columns, and too few rows to work along the axis. */
  public static boolean isShort(Shape shape, int axis) {
    return isNarrow(shape, axis) && (shape.rank() == 0 || shape.dim(axis) < SHORT);
  }

  /** Returns an operand with an axis behind the others. */
  public static Operand last(Operand operand, int axis) {
    Layout layout = operand.layout();
    if (axis >= layout.rank() - 1) return operand;
    int[] axes = new int[layout.rank()];
    for (int i = 0; i < axes.length; i++) axes[i] = i < axis ? i : i + 1;
    axes[axes.length - 1] = axis;
    return operand.with(layout.permute(axes));
  }

  private int width() {
    int near = NEAR / Math.max(1, size);
    return Math.clamp(near - near % FEWEST, FEWEST, MOST / 2);
  }

  private long bandsOfOne() {
    return Math.max(1, inner / width());
  }

  /** Returns the number of bands. */
  public long bands() {
    return outer * bandsOfOne();
  }

  /** Returns how many bands are worth handing to another thread. */
  public long grain() {
    return Math.max(1, NEAR / 2 / Math.max(1, size * Math.min(inner, width())));
  }

  /** Returns the number of the first element of a band. */
  long start(long band) {
    return band / bandsOfOne() * size * inner + band % bandsOfOne() * width();
  }

  /** Returns the number of the first column of a band, counted through [outer, inner]. */
  public long firstColumn(long band) {
    return band / bandsOfOne() * inner + band % bandsOfOne() * width();
  }

  /** Returns the number of columns of a band. */
  public int columns(long band) {
    long number = band % bandsOfOne();
    boolean isLast = number == bandsOfOne() - 1;
    return isLast ? (int) (inner - number * width()) : width();
  }
}
