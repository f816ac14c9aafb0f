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
  /**
   * Elements a thread of which input and result exceed the second-level cache. Tiles of fewer stay
   * in the first; those of so many take 256 KB of the second: the longer the runs in which memory
   * is read and written, the further ahead a processor reads, and the fewer pages take turns.
   */
  private static final long LARGE = 1 << 18;

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
    boolean large = layout.shape().size() >= LARGE * Parallel.threads();
    int height = Math.min(large ? 128 : LANES, layout.shape().dim(near));
    int width = Math.min(large ? 512 : 256, layout.shape().dim(last));
    int down = Math.ceilDiv(layout.shape().dim(near), height);
    int across = Math.ceilDiv(layout.shape().dim(last), width);
    Parallel.range(
        planes * across * down,
        Math.max(1, GRAIN / (height * width)),
        (first, end) -> {
          Room room = Scratch.own().sums(height * width);
          for (long i = first; i < end; i++) {
            // Along the near axis first: the input is read as it lies.
            int at = (int) (i / down % across) * width;
            copyTile(i / down / across, (int) (i % down) * height, at, height, width, room);
          }
        });
  }

  /** Copies what there is of a tile's positions of the near axis and the last, one of others. */
  private void copyTile(long plane, int near, int at, int tallest, int widest, Room room) {
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
    int height = Math.min(tallest, layout.shape().dim(this.near) - near);
    int width = Math.min(widest, layout.shape().dim(last) - at);
    long stride = layout.strideElements(last);
    long pitch = toStrides[this.near];
    int wide = Squares.fit() ? height / LANES : 0;
    int tall = Squares.fit() ? width / LANES : 0;
    Squares.transpose(wide, tall, from, source * 4, stride * 4, to, target * 4, pitch * 4, room);
    // What lies beside the squares, and what lies below them.
    copyRest(source, stride, target, pitch, wide * LANES, height, 0, width);
    copyRest(source, stride, target, pitch, 0, wide * LANES, tall * LANES, width);
  }

  private void copyRest(
      long source, long stride, long target, long pitch, int top, int end, int left, int right) {
    for (int j = top; j < end; j++) {
      for (int i = left; i < right; i++) {
        to.setAtIndex(
            FLOAT, target + j * pitch + i, from.getAtIndex(FLOAT, source + i * stride + j));
      }
    }
  }
}
