package dev.ashlar.tensor.simd.index;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Kernels that take elements of four or eight bytes, bit by bit, from where an index says. */
public final class GatherKernels {
  private GatherKernels() {}

  /** (source, index): y[.., i, ..] = source[.., index[.., i, ..], ..]. */
  public static Kernel gather(Op.Gather op) {
    return (inputs, outputs) ->
        gather(op, op.axis(), inputs.get(0), inputs.get(1), outputs.getFirst());
  }

  static void gather(Op op, int axis, Operand source, Operand index, Operand y) {
    if (IndexedLines.fit(source.shape(), axis, index.shape())) {
      int count = index.shape().dim(axis);
      var indices = new Indices(op, index, axis, source.shape().dim(axis));
      IndexedLines.take(source, IndexedLines.of(indices, count), count, y);
      return;
    }
    var places = new Places(op, axis, index, source);
    boolean wide = y.dtype().byteSize() == Long.BYTES;
    Blocks.forEach(
        y.size(),
        (from, count, scratch) -> {
          places.find(from, scratch.m, scratch, count);
          if (wide) {
            take(source.data(), scratch.m, scratch.n, count);
            Blocks.write(y, from, scratch.n, count);
          } else {
            take(source.data(), scratch.m, scratch.i, count);
            Blocks.write(y, from, scratch.i, count);
          }
        });
  }

  private static void take(MemorySegment source, long[] places, int[] into, int count) {
    for (int i = 0; i < count; i++) into[i] = source.getAtIndex(ValueLayout.JAVA_INT, places[i]);
  }

  private static void take(MemorySegment source, long[] places, long[] into, int count) {
    for (int i = 0; i < count; i++) into[i] = source.getAtIndex(ValueLayout.JAVA_LONG, places[i]);
  }
}
