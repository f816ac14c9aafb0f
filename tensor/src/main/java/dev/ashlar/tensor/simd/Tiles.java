package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.MicroKernels.LANES;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies elements of four bytes whose neighbours in memory belong to another axis than the last: a
 * transposition, done in square tiles so that each cache line is read and written once. They are
 * moved as floats, which keeps the bits of whatever they are: nothing is computed.
 */
final class Tiles {
  private static final int SIDE = 64;

  /** Elements worth handing to another thread. */
  private static final int GRAIN = 32 * Blocks.SIZE;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final MemorySegment from;
  private final MemorySegment to;
  private final Layout layout;
  private final long toOffset;
  private final long[] toStrides;

  /** The axis along which the input's neighbours lie. */
  private final int near;

  private final int last;

  Tiles(Operand x, Operand y) {
    this.from = x.data();
    this.to = y.data();
    this.layout = x.layout();
    this.toOffset = y.layout().offsetElements();
    this.toStrides = y.layout().strideElements();
    this.near = nearAxis(x.layout());
    this.last = x.layout().rank() - 1;
  }

  /** Returns whether a layout's neighbours in memory belong to another axis than the last. */
  static boolean isTransposed(Layout layout) {
    int axis = nearAxis(layout);
    return axis >= 0 && axis < layout.rank() - 1 && layout.shape().dim(-1) > 1;
  }

  private static int nearAxis(Layout layout) {
    for (int axis = layout.rank() - 1; axis >= 0; axis--) {
      if (layout.strideElements(axis) == 1 && layout.shape().dim(axis) > 1) return axis;
    }
    return -1;
  }

  void copy() {
    long planes = 1;
    for (int axis = 0; axis < last; axis++) if (axis != near) planes *= layout.shape().dim(axis);
    int down = Math.ceilDiv(layout.shape().dim(near), SIDE);
    int across = Math.ceilDiv(layout.shape().dim(last), SIDE);
    Parallel.range(
        planes * across * down,
        Math.max(1, GRAIN / (SIDE * SIDE)),
        (first, end) -> {
          float[] tile = Scratch.own().sums(SIDE * SIDE);
          for (long i = first; i < end; i++) {
            // Along the near axis first: the input is read as it lies.
            copyTile(
                i / down / across, (int) (i % down) * SIDE, (int) (i / down % across) * SIDE, tile);
          }
        });
  }

  /** Copies {@link #SIDE} positions of the near and of the last axis, one of every other. */
  private void copyTile(long plane, int near, int at, float[] tile) {
    long source = layout.offsetElements() + near + at * layout.strideElements(last);
    long target = toOffset + near * toStrides[this.near] + at;
    long rest = plane;
    for (int axis = last - 1; axis >= 0; axis--) {
      if (axis == this.near) continue;
      int size = layout.shape().dim(axis);
      source += rest % size * layout.strideElements(axis);
      target += rest % size * toStrides[axis];
      rest /= size;
    }
    int height = Math.min(SIDE, layout.shape().dim(this.near) - near);
    int width = Math.min(SIDE, layout.shape().dim(last) - at);
    read(source, height, width, tile);
    write(target, height, width, tile);
  }

  private void read(long at, int height, int width, float[] tile) {
    long stride = layout.strideElements(last);
    int high = Squares.fit() ? height - height % LANES : 0;
    int wide = Squares.fit() ? width - width % LANES : 0;
    for (int i = 0; i < wide; i += LANES) {
      for (int j = 0; j < high; j += LANES) {
        long square = (at + i * stride + j) * Float.BYTES;
        Squares.transpose(from, square, stride * Float.BYTES, tile, j * SIDE + i, SIDE);
      }
    }
    for (int i = 0; i < width; i++) {
      for (int j = i < wide ? high : 0; j < height; j++)
        tile[j * SIDE + i] = from.getAtIndex(FLOAT, at + i * stride + j);
    }
  }

  private void write(long at, int height, int width, float[] tile) {
    for (int j = 0; j < height; j++) {
      MemorySegment.copy(
          tile, j * SIDE, to, FLOAT, (at + j * toStrides[near]) * Float.BYTES, width);
    }
  }
}
