package dev.ashlar.tensor.simd.move;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;

/** Kernels that place whole pieces of an input in a result, bit by bit. */
public final class PieceKernels {
  /** Elements worth handing to another thread. */
  private static final long GRAIN = 1 << 16;

  private PieceKernels() {}

  /** The inputs one after the other along an axis. */
  public static Kernel concat(Op.Concat op) {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      int from = 0;
      for (Operand x : inputs) {
        place(x, y, op.axis(), from);
        from += x.shape().dim(op.axis());
      }
    };
  }

  /** The input from {@code op.start()} on, its neighbours side by side; zeros around it. */
  public static Kernel pad(Op.Pad op) {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      MemorySegment all = y.elements();
      Parallel.range(
          all.byteSize(),
          GRAIN * y.dtype().byteSize(),
          (first, end) -> all.asSlice(first, end - first).fill((byte) 0));
      place(inputs.getFirst(), y, op.axis(), op.start());
    };
  }

  private static void place(Operand x, Operand y, int axis, int from) {
    Shape shape = y.shape();
    long post = shape.slice(axis + 1, shape.rank()).size();
    long piece = x.shape().dim(axis) * post;
    long pitch = shape.dim(axis) * post;
    boolean contiguous = x.isContiguous();
    Window window = Window.of(x, x.shape());
    Parallel.range(
        x.size(),
        GRAIN,
        (first, end) -> {
          for (long at = first; at < end; ) {
            long within = at % piece;
            long to = at / piece * pitch + from * post + within;
            long count = Math.min(end - at, piece - within);
            if (contiguous) copy(x, at, y, to, count);
            else window.read(at, y.data(), y.layout().offsetElements() + to, (int) count);
            at += count;
          }
        });
  }

  private static void copy(Operand x, long at, Operand y, long to, long count) {
    long bytes = x.dtype().byteSize();
    MemorySegment.copy(
        x.data(),
        x.offsetBytes() + at * bytes,
        y.data(),
        y.offsetBytes() + to * bytes,
        count * bytes);
  }
}
