package dev.ashlar.tensor.simd.index;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Kernels that add F32 or F64 elements where an index says. Elements of one line along the axis,
 * which alone can meet, are added by one thread and in their order, so that every sum has its
 * order.
 */
public final class ScatterKernels {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  /** Elements of a chunk: worth handing to another thread. */
  private static final int GRAIN = 32 * Blocks.SIZE;

  /** The least elements that lines side by side are split into. */
  private static final long NARROW = 128;

  private ScatterKernels() {}

  /** (into, index, source): a copy of into, source[.., i, ..] added at index[.., i, ..]. */
  public static Kernel scatterAdd(Op.ScatterAdd op) {
    return (inputs, outputs) ->
        add(op, op.axis(), inputs.get(0), inputs.get(1), inputs.get(2), outputs.getFirst());
  }

  /** Adds a source that has the index's elements in row-major order, be it in another shape. */
  static void add(Op op, int axis, Operand into, Operand index, Operand source, Operand y) {
    if (IndexedLines.fit(y.shape(), axis, index.shape())) {
      int count = index.shape().dim(axis);
      var indices = new Indices(op, index, axis, y.shape().dim(axis));
      IndexedLines.add(into, IndexedLines.of(indices, count), source, count, y);
      return;
    }
    copy(into, y);
    if (index.size() == 0) return;
    var adder = new Adder(new Places(op, axis, index, y), source, y);
    Shape shape = index.shape();
    long post = shape.slice(axis + 1, shape.rank()).size();
    int lines = shape.dim(axis);
    long slab = lines * post; // of [pre, lines, post]
    long width = Math.max(NARROW, GRAIN / lines);
    if (slab <= GRAIN || post <= width) {
      Parallel.range(
          index.size() / slab,
          Math.max(1, GRAIN / slab),
          (first, end) -> adder.add(first * slab, end * slab));
      return;
    }
    long pieces = Math.ceilDiv(post, width);
    Parallel.range(
        index.size() / slab * pieces,
        1,
        (first, end) -> {
          for (long piece = first; piece < end; piece++) {
            long within = piece % pieces * width;
            long from = piece / pieces * slab + within;
            long count = Math.min(width, post - within);
            for (int i = 0; i < lines; i++, from += post) adder.add(from, from + count);
          }
        });
  }

  private static void copy(Operand x, Operand y) {
    Window from = Window.of(x, y.shape());
    long start = y.layout().offsetElements();
    Parallel.range(
        y.size(),
        GRAIN,
        (first, end) -> {
          // Block by block: what is copied in larger pieces is not in a cache afterwards.
          for (long at = first; at < end; at += Blocks.SIZE) {
            int count = (int) Math.min(Blocks.SIZE, end - at);
            from.read(at, y.data(), start + at, count);
          }
        });
  }

  /** Adds the source's elements one after another. */
  private record Adder(Places places, Window source, Operand y) {
    Adder(Places places, Operand source, Operand y) {
      this(places, Window.of(source, source.shape()), y);
    }

    void add(long from, long end) {
      Scratch scratch = Scratch.own();
      MemorySegment block = scratch.blocks(1)[0];
      for (long at = from; at < end; at += Blocks.SIZE) {
        int count = (int) Math.min(Blocks.SIZE, end - at);
        places.find(at, scratch.m, scratch, count);
        source.read(at, block, count);
        if (y.dtype() == DType.F32) addFloats(block, scratch.m, y.data(), count);
        else addDoubles(block, scratch.m, y.data(), count);
      }
    }

    private static void addFloats(MemorySegment x, long[] places, MemorySegment y, int count) {
      for (int i = 0; i < count; i++) {
        float sum = y.getAtIndex(FLOAT, places[i]) + x.getAtIndex(FLOAT, i);
        y.setAtIndex(FLOAT, places[i], sum);
      }
    }

    private static void addDoubles(MemorySegment x, long[] places, MemorySegment y, int count) {
      for (int i = 0; i < count; i++) {
        double sum = y.getAtIndex(DOUBLE, places[i]) + x.getAtIndex(DOUBLE, i);
        y.setAtIndex(DOUBLE, places[i], sum);
      }
    }
  }
}
