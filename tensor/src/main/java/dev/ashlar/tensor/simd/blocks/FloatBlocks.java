package dev.ashlar.tensor.simd.blocks;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.simd.lanes.Floats;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Elementwise work on operands of any layout, all of four bytes or all of eight, in blocks that fit
 * the first-level cache. A block is read and written where it lies if it lies side by side there:
 * one pass over memory. Otherwise, and at the end of a tensor, where a vector would reach beyond,
 * it goes through memory of the thread's own.
 */
public final class FloatBlocks {
  /**
   * Floats of a block, or half as many doubles: of three operands they fit the first-level cache.
   */
  static final int SIZE = 2 * Blocks.SIZE;

  private static final int GRAIN = 16 * SIZE;

  private FloatBlocks() {}

  /** Computes a block of each output from a block of each input. */
  @FunctionalInterface
  public interface Work {
    /** Handles {@code count} numbers: whole vectors. */
    void compute(FloatBlock[] in, FloatBlock[] out, int count);
  }

  /**
   * Computes every block, on any threads.
   *
   * @param in operands that expand to the shape of the outputs
   * @param out contiguous operands of one shape, or operands whose memory is that of an input of
   *     the same layout
   */
  public static void run(List<Operand> in, List<Operand> out, Work work) {
    Operand first = out.getFirst();
    Window[] from = windows(in, first.shape());
    Window[] to = windows(out, first.shape());
    int bytes = first.dtype().byteSize();
    int size = SIZE * Float.BYTES / bytes;
    // Larger where no operand has to be copied: fewer calls.
    int most = areLines(from) && areLines(to) ? 2 * size : size;
    Parallel.range(
        first.size(),
        GRAIN,
        (start, end) -> {
          MemorySegment[] rooms = Scratch.own().blocks(from.length + to.length);
          var sources = new Source[from.length];
          for (int i = 0; i < from.length; i++) sources[i] = new Source(from[i], rooms[i], bytes);
          var targets = new Target[to.length];
          for (int i = 0; i < to.length; i++) {
            targets[i] = new Target(to[i], rooms[from.length + i], bytes);
          }
          int count;
          for (long at = start; at < end; at += count) {
            count = count(most, size, end - at);
            for (Source source : sources) source.load(at, count);
            for (Target target : targets) target.begin(at, count);
            Apart.compute(work, sources, targets, FloatVectors.wholeVectors(count));
            for (Target target : targets) target.end(at, count);
          }
        });
  }

  private static boolean areLines(Window[] windows) {
    return Arrays.stream(windows).allMatch(Window::isLine);
  }

  /** Returns how many elements come next; what is copied, because it ends within a vector, fits. */
  private static int count(int most, int size, long left) {
    int count = (int) Math.min(most, left);
    return count > size ? count - count % Floats.LANES : count;
  }

  private static Window[] windows(List<Operand> operands, Shape shape) {
    return operands.stream().map(operand -> Window.of(operand, shape)).toArray(Window[]::new);
  }

  /** An input's blocks, one after another. */
  static final class Source extends FloatBlock {
    private final Window window;
    private final MemorySegment room;
    private final int bytes;
    private final int size;
    private final boolean repeats;
    private boolean filled;

    Source(Window window, MemorySegment room, int bytes) {
      this.window = window;
      this.room = room;
      this.bytes = bytes;
      this.size = SIZE * Float.BYTES / bytes;
      this.repeats = window.repeatsEvery(size);
    }

    void load(long from, int count) {
      long direct = count % Floats.LANES == 0 ? window.sideBySide(from, count) : -1;
      if (direct >= 0) {
        point(window.data(), direct * bytes);
        return;
      }
      point(room, 0);
      if (filled) return;
      window.read(from, room, count);
      // A row or a number that every block repeats is read once.
      filled = repeats && count == size;
    }
  }

  /** An output's blocks, one after another. */
  static final class Target extends FloatBlock {
    private final Window window;
    private final MemorySegment room;
    private final int bytes;
    private boolean inPlace;

    Target(Window window, MemorySegment room, int bytes) {
      this.window = window;
      this.room = room;
      this.bytes = bytes;
    }

    void begin(long from, int count) {
      long direct = count % Floats.LANES == 0 ? window.sideBySide(from, count) : -1;
      inPlace = direct >= 0;
      if (inPlace) point(window.data(), direct * bytes);
      else point(room, 0);
    }

    void end(long from, int count) {
      if (!inPlace) window.write(from, room, count);
    }
  }
}
