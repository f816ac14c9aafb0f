package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.MicroKernels.LANES;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies elements of four bytes whose neighbours in memory belong to another axis than the last: a
 * transposition, done in tiles so that each cache line is read and written once. They are moved as
 * floats, which keeps the bits of whatever they are: nothing is computed.
 */
final class Tiles {
  /** Positions of a tile along the last axis: what goes to one place of the result at a time. */
  private static final int RUN = 256;

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
    int down = Math.ceilDiv(layout.shape().dim(near), LANES);
    int across = Math.ceilDiv(layout.shape().dim(last), RUN);
    Parallel.range(
        planes * across * down,
        Math.max(1, GRAIN / (LANES * RUN)),
        (first, end) -> {
          float[] room = Scratch.own().sums(LANES * RUN);
          for (long i = first; i < end; i++) {
            // Along the near axis first: the input is read as it lies.
            copyTile(
                i / down / across, (int) (i % down) * LANES, (int) (i / down % across) * RUN, room);
          }
        });
  }

  /** Copies LANES positions of the near axis and {@link #RUN} of the last, one of every other. */
  private void copyTile(long plane, int near, int at, float[] room) {
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
    int height = Math.min(LANES, layout.shape().dim(this.near) - near);
    int width = Math.min(RUN, layout.shape().dim(last) - at);
    long stride = layout.strideElements(last);
    long pitch = toStrides[this.near];
    int squares = height == LANES && Squares.fit() ? width / LANES : 0;
    Squares.transpose(squares, from, source * 4, stride * 4, to, target * 4, pitch * 4, room);
    for (int j = 0; j < height; j++) {
      for (int i = squares * LANES; i < width; i++) {
        to.setAtIndex(
            FLOAT, target + j * pitch + i, from.getAtIndex(FLOAT, source + i * stride + j));
      }
    }
  }
}
