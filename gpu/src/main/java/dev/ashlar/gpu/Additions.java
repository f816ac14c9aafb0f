package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Operations that add at indices. */
final class Additions {
  private Additions() {}

  /** Computes an operation of I32, whose first input and last are numbers, in I64. */
  private static void inLongs(Tasks tasks, Rule rule, List<Place> in, Place y) {
    List<Place> wide = new ArrayList<>(in);
    wide.set(0, Elementwise.toLongs(tasks, in.getFirst()));
    wide.set(2, Elementwise.toLongs(tasks, in.getLast()));
    Place sums = Elementwise.likeLongs(tasks, y);
    rule.lower(tasks, wide, List.of(sums));
    Elementwise.cast(tasks, sums, y);
  }

  static void indexAdd(Tasks tasks, Op.IndexAdd op, List<Place> in, Place y) {
    Place into = in.get(0);
    if (into.dtype() == DType.I32) {
      inLongs(tasks, (t, i, out) -> indexAdd(t, op, i, out.getFirst()), in, y);
      return;
    }
    Shape shape = into.layout().shape();
    IntArray places = Indices.places(tasks, op, in.get(1), op.axis(), shape);
    if (in.get(2).size() == 0) {
      Elementwise.copy(tasks, into, y);
      return;
    }
    int count = in.get(1).size();
    Ordering.Sorted order =
        tasks.once(
            List.of(places, "order"), Ordering.Sorted.class, () -> order(tasks, places, count));
    Place source = Elementwise.rowMajor(tasks, in.get(2));
    int at = tasks.geometry().add(shape, into.layout());
    int first = order.at();
    int size = shape.dim(op.axis());
    int inner = Math.toIntExact(shape.slice(op.axis() + 1, shape.rank()).size());
    int n = y.size();
    tasks.each(
        "indexAdd",
        List.of(into.array(), places, order.array(), source.array()),
        List.of(y.array()),
        n,
        (graph, id, g) -> {
          var c = tasks.context();
          switch (y.dtype()) {
            case F32 ->
                graph.task(
                    id,
                    AddKernels::indexAddKernel,
                    c,
                    into.floats(),
                    places,
                    order.array(),
                    first,
                    source.floats(),
                    y.floats(),
                    g,
                    at,
                    size,
                    count,
                    inner,
                    n);
            case F64 ->
                graph.task(
                    id,
                    AddKernels::indexAddOfDoublesKernel,
                    c,
                    into.doubles(),
                    places,
                    order.array(),
                    first,
                    source.doubles(),
                    y.doubles(),
                    g,
                    at,
                    size,
                    count,
                    inner,
                    n);
            case I64 ->
                graph.task(
                    id,
                    AddKernels::indexAddOfLongsKernel,
                    c,
                    into.longs(),
                    places,
                    order.array(),
                    first,
                    source.longs(),
                    y.longs(),
                    g,
                    at,
                    size,
                    count,
                    inner,
                    n);
            case I32, BOOL, BF16 -> throw y.unexpected();
          }
        });
  }

  /** Returns the positions of places in their order. */
  private static Ordering.Sorted order(Tasks tasks, IntArray places, int n) {
    IntArray order = tasks.lasting(DType.I32, 2L * n).ints();
    Place line = new Place(places, Layout.contiguous(Shape.of(n)), DType.I32);
    return Ordering.sorted(tasks, "order", 0, false, line, order);
  }

  static void scatterAdd(Tasks tasks, Op.ScatterAdd op, List<Place> in, Place y) {
    if (y.dtype() == DType.I32) {
      inLongs(tasks, (t, i, out) -> scatterAdd(t, op, i, out.getFirst()), in, y);
      return;
    }
    Elementwise.copy(tasks, in.get(0), y);
    Shape shape = in.get(1).layout().shape();
    IntArray places = Indices.places(tasks, op, in.get(1), op.axis(), y.layout().shape());
    if (shape.size() == 0) return;
    Place rows = new Place(places, Layout.contiguous(shape), DType.I32);
    Ordering.Sorted order = Ordering.sorted(tasks, "order", op.axis(), false, rows);
    int first = order.at();
    Place source = in.get(2);
    Layout to = y.layout();
    for (int i = 0; i < shape.rank(); i++) {
      if (i != op.axis()) to = to.slice(i, 0, shape.dim(i), 1);
    }
    Layout from = Layout.contiguous(shape);
    int[] others = IntStream.range(0, shape.rank()).filter(i -> i != op.axis()).toArray();
    Layout lines = Lines.axes(from, others, true);
    Layout sources = Lines.axes(source.layout(), others, true);
    int at = tasks.geometry().add(lines.shape(), lines, sources, Lines.axes(to, others, true));
    int steps =
        tasks
            .geometry()
            .addStrides(
                from.strideElements(op.axis()),
                source.layout().strideElements(op.axis()),
                to.strideElements(op.axis()),
                0);
    int size = y.layout().shape().dim(op.axis());
    int count = shape.dim(op.axis());
    int n = Math.toIntExact(lines.shape().size() * size);
    tasks.each(
        "scatterAdd",
        List.of(places, order.array(), source.array(), y.array()),
        List.of(y.array()),
        n,
        (graph, id, g) -> {
          var c = tasks.context();
          switch (y.dtype()) {
            case F32 ->
                graph.task(
                    id,
                    AddKernels::scatterAddKernel,
                    c,
                    places,
                    order.array(),
                    first,
                    source.floats(),
                    y.floats(),
                    g,
                    at,
                    steps,
                    size,
                    count,
                    n);
            case F64 ->
                graph.task(
                    id,
                    AddKernels::scatterAddOfDoublesKernel,
                    c,
                    places,
                    order.array(),
                    first,
                    source.doubles(),
                    y.doubles(),
                    g,
                    at,
                    steps,
                    size,
                    count,
                    n);
            case I64 ->
                graph.task(
                    id,
                    AddKernels::scatterAddOfLongsKernel,
                    c,
                    places,
                    order.array(),
                    first,
                    source.longs(),
                    y.longs(),
                    g,
                    at,
                    steps,
                    size,
                    count,
                    n);
            case I32, BOOL, BF16 -> throw y.unexpected();
          }
        });
  }
}
