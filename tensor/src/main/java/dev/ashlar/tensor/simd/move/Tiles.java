package dev.ashlar.tensor.simd.move;

import static dev.ashlar.tensor.simd.lanes.Floats.LANES;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Lines;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.DoubleSquares;
import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.simd.lanes.Squares;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies elements whose neighbours in memory belong to another axis than the last: a transposition,
 * done in tiles so that each cache line is read and written once. Those of four bytes are moved as
 * floats and those of eight as doubles, which keeps the bits of whatever they are: nothing is
 * computed.
 */
final class Tiles {
  /**
   * Bytes a thread of which input and result exceed the second-level cache. Tiles of fewer stay in
   * the first; those of so many take 256 KB of the second: the longer the runs in which memory is
   * read and written, the further ahead a processor reads, and the fewer pages take turns.
   */
  private static final long LARGE = 1 << 20;

  /** Elements worth handing to another thread. */
  private static final int GRAIN = 32 * Blocks.SIZE;

  private final int bytes;
  private final MemorySegment from;
  private final MemorySegment to;
  private final Layout layout;
  private final long toOffset;
  private final long[] toStrides;

  /** The axis along which the input's neighbours lie. */
  private final int near;

  private final int last;

  Tiles(Operand x, Operand y) {
    this.bytes = x.dtype().byteSize();
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
    boolean large = layout.shape().size() * bytes >= LARGE * Parallel.threads();
    int height = Math.min(large ? 128 : LANES, layout.shape().dim(near));
    int width = Math.min((large ? 2048 : 1024) / bytes, layout.shape().dim(last));
    int down = Math.ceilDiv(layout.shape().dim(near), height);
    int across = Math.ceilDiv(layout.shape().dim(last), width);
    Parallel.range(
        planes * across * down,
        Math.max(1, GRAIN / (height * width)),
        (first, end) -> {
          Scratch scratch = Scratch.own();
          for (long i = first; i < end; i++) {
            // Along the near axis first: the input is read as it lies.
            int at = (int) (i / down % across) * width;
            copyTile(i / down / across, (int) (i % down) * height, at, height, width, scratch);
          }
        });
  }

  /** Copies what there is of a tile's positions of the near axis and the last, one of others. */
  private void copyTile(long plane, int near, int at, int tallest, int widest, Scratch scratch) {
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
    int side = side();
    int wide = side == 0 ? 0 : height / side * side;
    int tall = side == 0 ? 0 : width / side * side;
    if (bytes == Float.BYTES) {
      Room room = scratch.sums(tallest * widest);
      Squares.transpose(
          wide / LANES,
          tall / LANES,
          from,
          source * 4,
          stride * 4,
          to,
          target * 4,
          pitch * 4,
          room);
    } else if (tall > 0) {
      copySquares(source, stride, target, pitch, wide, tall, scratch.doubleSums(wide * tall));
    }
    // What lies beside the squares, and what lies below them.
    copyRest(source, stride, target, pitch, wide, height, 0, width);
    copyRest(source, stride, target, pitch, 0, wide, tall, width);
  }

  /** Returns the numbers along a square's side that vectors can transpose, or 0. */
  private int side() {
    if (bytes == Float.BYTES) return Squares.fit() ? LANES : 0;
    return bytes == Double.BYTES && DoubleSquares.fit() ? DoubleVectors.LANES : 0;
  }

  /** Copies squares of doubles: to an array first, and from there in rows as long as they are. */
  private void copySquares(
      long source, long stride, long target, long pitch, int wide, int tall, double[] room) {
    int side = DoubleVectors.LANES;
    for (int i = 0; i < tall; i += side) {
      for (int j = 0; j < wide; j += side) {
        long at = source + i * stride + j;
        DoubleSquares.transpose(from, at * 8, stride * 8, room, j * tall + i, tall);
      }
    }
    for (int j = 0; j < wide; j++) {
      long into = (target + j * pitch) * Double.BYTES;
      MemorySegment.copy(room, j * tall, to, ValueLayout.JAVA_DOUBLE, into, tall);
    }
  }

  private void copyRest(
      long source, long stride, long target, long pitch, int top, int end, int left, int right) {
    for (int j = top; j < end; j++) {
      long at = source + left * stride + j;
      Lines.copy(bytes, from, at, stride, to, target + j * pitch + left, 1, right - left);
    }
  }
}
