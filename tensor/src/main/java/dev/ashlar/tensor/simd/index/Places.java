package dev.ashlar.tensor.simd.index;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Operand;

/**
 * Where in memory the elements of x are that an index names: its element [.., i, ..] names x[..,
 * index[.., i, ..], ..] along an axis.
 */
final class Places {
  private final Indices indices;
  private final Window lines;
  private final long stride;

  Places(Op op, int axis, Operand index, Operand x) {
    this.indices = new Indices(op, index, axis, x.shape().dim(axis));
    this.lines = Window.of(x, lines(x.layout(), axis, index.shape()));
    this.stride = x.layout().strideElements(axis);
  }

  /** Returns where, for each element of an index, the line along the axis begins. */
  private static Layout lines(Layout layout, int axis, Shape index) {
    Layout first = layout;
    for (int i = 0; i < layout.rank(); i++)
      first = first.slice(i, 0, i == axis ? 1 : index.dim(i), 1);
    return first.expand(index);
  }

  /** Finds the places of the index's elements {@code from}, {@code from + 1}, … */
  void find(long from, long[] places, Scratch scratch, int count) {
    indices.read(from, scratch.i, scratch, count);
    lines.places(from, places, count);
    advance(places, scratch.i, stride, count);
  }

  private static void advance(long[] places, int[] numbers, long stride, int count) {
    for (int i = 0; i < count; i++) places[i] += numbers[i] * stride;
  }
}
