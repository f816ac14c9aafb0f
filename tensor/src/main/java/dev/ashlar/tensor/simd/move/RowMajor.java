package dev.ashlar.tensor.simd.move;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Scratch;
import dev.ashlar.tensor.TensorMemoryException;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Kernels that go through their inputs in row-major order. One that is transposed, and not small,
 * is copied to that order first, by tiles: read where it lies, each number would be fetched from a
 * line of the cache of its own. Where there is no memory for copies, it is read so.
 */
public final class RowMajor {
  /** Of fewer elements a copy gains little. */
  private static final long LEAST = 1 << 12;

  /** The most bytes of copies: more than that a kernel should not take beside its result. */
  private static final long MOST = 1 << 28;

  /** Copies begin with a line of the cache. */
  private static final long LINE = 64;

  private static final Kernel COPY = MoveKernels.copy();

  private RowMajor() {}

  /** Returns a kernel that hands on what is transposed as such copies. */
  public static Kernel of(Kernel kernel) {
    return (inputs, outputs) -> {
      long bytes = 0;
      for (Operand x : inputs) bytes += bytesOfCopy(x);
      try (@Nullable Scratch room = room(bytes)) {
        kernel.run(room == null ? inputs : straight(inputs, room.segment()), outputs);
      }
    };
  }

  /** Returns room for copies, or null if there are none, or is none for them. */
  private static @Nullable Scratch room(long bytes) {
    if (bytes == 0 || bytes > MOST) return null;
    try {
      return TensorScope.current().memory().scratch(bytes);
    } catch (TensorMemoryException e) {
      return null;
    }
  }

  private static List<Operand> straight(List<Operand> inputs, MemorySegment room) {
    var straight = new ArrayList<Operand>(inputs.size());
    long at = 0;
    for (Operand x : inputs) {
      long bytes = bytesOfCopy(x);
      straight.add(bytes == 0 ? x : copy(x, room.asSlice(at, bytes)));
      at += bytes;
    }
    return straight;
  }

  private static Operand copy(Operand x, MemorySegment room) {
    var copy = new Operand(x.dtype(), Layout.contiguous(x.shape()), room);
    COPY.run(List.of(x), List.of(copy));
    return copy;
  }

  /** Returns how many bytes a copy takes, or 0 if an input is read where it lies. */
  private static long bytesOfCopy(Operand x) {
    Layout layout = x.layout();
    if (x.size() < LEAST || !Tiles.isTransposed(layout)) return 0;
    for (int axis = 0; axis < layout.rank(); axis++) {
      boolean repeats = layout.strideElements(axis) == 0 && layout.shape().dim(axis) > 1;
      if (repeats) return 0;
    }
    return Math.ceilDiv(x.size() * x.dtype().byteSize(), LINE) * LINE;
  }
}
