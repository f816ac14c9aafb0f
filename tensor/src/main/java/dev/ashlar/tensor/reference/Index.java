package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;

/**
 * Operations whose positions are numbers of an index tensor. Additions to one place happen in
 * row-major order of the source, so that the sum does not depend on threads.
 */
final class Index {
  private Index() {}

  private static long checked(Op op, long value, int axis, int size) {
    if (value < 0 || value >= size) {
      throw new IndexOutOfBoundsException(
          "%s: index %d is outside axis %d of size %d".formatted(op.label(), value, axis, size));
    }
    return value;
  }

  static void gather(Op.Gather op, List<Operand> in, List<Operand> out) {
    Operand source = in.get(0);
    Operand index = in.get(1);
    Operand y = out.get(0);
    int size = source.shape().dim(op.axis());
    long stride = source.layout().strideElements(op.axis());
    Walk walk =
        Walk.of(index.layout(), y.layout(), bases(source.layout(), op.axis(), index.shape()));
    walk.parallel(
        () -> {
          long[] places = new long[walk.blockSize()];
          return (at, count) -> {
            Elements.read(index, at[0], walk.step(0), places, count);
            for (int i = 0; i < count; i++) {
              long from =
                  at[2] + i * walk.step(2) + checked(op, places[i], op.axis(), size) * stride;
              Elements.move(source, from, 1, y, at[1] + i * walk.step(1), 1, 1);
            }
          };
        });
  }

  static void scatterAdd(Op.ScatterAdd op, List<Operand> in, List<Operand> out) {
    Operand index = in.get(1);
    Operand source = in.get(2);
    Operand y = out.get(0);
    Move.copy(in.get(0), y);
    int size = y.shape().dim(op.axis());
    long stride = y.layout().strideElements(op.axis());
    Walk walk =
        Walk.of(index.layout(), source.layout(), bases(y.layout(), op.axis(), index.shape()));
    long[] places = new long[walk.blockSize()];
    walk.forEach(
        (at, count) -> {
          Elements.read(index, at[0], walk.step(0), places, count);
          for (int i = 0; i < count; i++) {
            long to = at[2] + i * walk.step(2) + checked(op, places[i], op.axis(), size) * stride;
            add(source, at[1] + i * walk.step(1), y, to);
          }
        });
  }

  /**
   * Returns, for each element of an index, where in {@code layout} the line along {@code axis}
   * begins.
   */
  private static Layout bases(Layout layout, int axis, Shape index) {
    Layout first = layout;
    for (int i = 0; i < layout.rank(); i++)
      first = first.slice(i, 0, i == axis ? 1 : index.dim(i), 1);
    return first.expand(index);
  }

  private static void add(Operand x, long from, Operand y, long to) {
    if (x.dtype().isInteger()) y.setLong(to, y.getLong(to) + x.getLong(from));
    else y.setDouble(to, y.getDouble(to) + x.getDouble(from));
  }

  static void indexSelect(Op.IndexSelect op, List<Operand> in, List<Operand> out) {
    Operand source = in.get(0);
    long[] places = places(op, in.get(1), op.axis(), source.shape().dim(op.axis()));
    if (out.get(0).size() == 0) return;
    Operand y = flat(out.get(0), op.axis(), source.shape(), places.length);
    long perPlace = Math.max(1, y.size() / places.length);
    Parallel.range(
        places.length,
        Math.max(1, 32_768 / perPlace),
        (from, to) -> {
          for (int i = (int) from; i < to; i++) {
            Move.copy(part(source, op.axis(), (int) places[i]), part(y, op.axis(), i));
          }
        });
  }

  static void indexAdd(Op.IndexAdd op, List<Operand> in, List<Operand> out) {
    Operand y = out.get(0);
    Move.copy(in.get(0), y);
    Operand index = in.get(1);
    Operand source = in.get(2);
    long[] places = places(op, index, op.axis(), y.shape().dim(op.axis()));
    if (source.size() == 0) return;
    for (int i = 0; i < places.length; i++) {
      Operand into = part(y, op.axis(), (int) places[i]);
      addAll(partAt(source, op.axis(), index.shape(), i, into.shape()), into);
    }
  }

  private static void addAll(Operand x, Operand y) {
    Walk walk = Walk.of(x.layout(), y.layout());
    walk.forEach(
        (at, count) -> {
          for (int i = 0; i < count; i++)
            add(x, at[0] + i * walk.step(0), y, at[1] + i * walk.step(1));
        });
  }

  /** Reads a whole index in row-major order, checked. */
  private static long[] places(Op op, Operand index, int axis, int size) {
    long[] places = new long[Math.toIntExact(index.size())];
    Walk walk = Walk.of(index.layout());
    long[] block = new long[walk.blockSize()];
    int[] next = {0};
    walk.forEach(
        (at, count) -> {
          Elements.read(index, at[0], walk.step(0), block, count);
          for (int i = 0; i < count; i++) places[next[0]++] = checked(op, block[i], axis, size);
        });
    return places;
  }

  /** Returns a contiguous [pre.., index.., post..] as [pre.., count, post..]. */
  private static Operand flat(Operand y, int axis, Shape source, int count) {
    return y.with(y.layout().reshape(source.with(axis, count)).orElseThrow());
  }

  private static Operand part(Operand x, int axis, int at) {
    return x.with(x.layout().slice(axis, at, at + 1, 1));
  }

  /**
   * Returns slice {@code number} of [pre.., index.., post..], counted in row-major order of the
   * index, as {@code shape}.
   */
  private static Operand partAt(Operand x, int axis, Shape index, int number, Shape shape) {
    Layout layout = x.layout();
    int rest = number;
    for (int i = index.rank() - 1; i >= 0; i--) {
      int at = rest % index.dim(i);
      rest /= index.dim(i);
      layout = layout.slice(axis + i, at, at + 1, 1);
    }
    // Only axes of size 1 come or go, which every layout allows.
    return x.with(layout.reshape(shape).orElseThrow());
  }

  static void oneHot(Op.OneHot op, List<Operand> in, List<Operand> out) {
    Operand index = in.get(0);
    Operand y = out.get(0);
    Sources.fill(y, 0);
    long[] places = places(op, index, y.shape().rank() - 1, op.classes());
    long start = y.layout().offsetElements();
    for (int i = 0; i < places.length; i++)
      y.setDouble(start + (long) i * op.classes() + places[i], 1);
  }
}
