package dev.ashlar.gpu;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Operations that move numbers as they are, of any element type but BF16. */
final class Moves {
  private Moves() {}

  /** A task per part. */
  static void concat(Tasks tasks, Op.Concat op, List<Place> in, Place y) {
    int from = 0;
    for (Place part : in) {
      int to = from + part.layout().shape().dim(op.axis());
      Place there = y.with(y.layout().slice(op.axis(), from, to, 1));
      if (part.size() > 0) Elementwise.copy(tasks, "concat", part, there);
      from = to;
    }
  }

  static void pad(Tasks tasks, Op.Pad op, Place x, Place y) {
    Shape shape = x.layout().shape();
    int at = tasks.geometry().add(shape, x.layout());
    int start = op.start();
    int step = op.step();
    int count = shape.dim(op.axis());
    int size = op.size();
    int inner = Math.toIntExact(shape.slice(op.axis() + 1, shape.rank()).size());
    int n = y.size();
    tasks.each(
        "pad",
        List.of(x.array()),
        List.of(y.array()),
        n,
        (graph, id, g) -> {
          var c = tasks.context();
          switch (y.dtype()) {
            case F32, BOOL ->
                graph.task(
                    id,
                    MoveKernels::padKernel,
                    c,
                    x.floats(),
                    y.floats(),
                    g,
                    at,
                    start,
                    step,
                    count,
                    size,
                    inner,
                    n);
            case F64 ->
                graph.task(
                    id,
                    MoveKernels::padOfDoublesKernel,
                    c,
                    x.doubles(),
                    y.doubles(),
                    g,
                    at,
                    start,
                    step,
                    count,
                    size,
                    inner,
                    n);
            case I32 ->
                graph.task(
                    id,
                    MoveKernels::padOfIntsKernel,
                    c,
                    x.ints(),
                    y.ints(),
                    g,
                    at,
                    start,
                    step,
                    count,
                    size,
                    inner,
                    n);
            case I64 ->
                graph.task(
                    id,
                    MoveKernels::padOfLongsKernel,
                    c,
                    x.longs(),
                    y.longs(),
                    g,
                    at,
                    start,
                    step,
                    count,
                    size,
                    inner,
                    n);
            case BF16 -> throw y.unexpected();
          }
        });
  }

  static void gather(Tasks tasks, Op.Gather op, List<Place> in, Place y) {
    Place x = in.get(0);
    Shape shape = in.get(1).layout().shape();
    IntArray places = Indices.places(tasks, op, in.get(1), op.axis(), x.layout().shape());
    if (x.size() > 0) gather(tasks, x, op.axis(), shape, places, y);
  }

  /** Takes what lies at places, row-major of a shape, along an axis. */
  static void gather(Tasks tasks, Place x, int axis, Shape shape, IntArray places, Place y) {
    Layout first = x.layout();
    for (int i = 0; i < first.rank(); i++) {
      first = first.slice(i, 0, i == axis ? 1 : shape.dim(i), 1);
    }
    int at = tasks.geometry().add(shape, first.expand(shape));
    int stride = Math.toIntExact(x.layout().strideElements(axis));
    int n = y.size();
    tasks.each(
        "gather",
        List.of(x.array(), places),
        List.of(y.array()),
        n,
        (graph, id, g) -> {
          var c = tasks.context();
          switch (y.dtype()) {
            case F32, BOOL ->
                graph.task(
                    id,
                    MoveKernels::gatherKernel,
                    c,
                    x.floats(),
                    places,
                    y.floats(),
                    g,
                    at,
                    stride,
                    n);
            case F64 ->
                graph.task(
                    id,
                    MoveKernels::gatherOfDoublesKernel,
                    c,
                    x.doubles(),
                    places,
                    y.doubles(),
                    g,
                    at,
                    stride,
                    n);
            case I32 ->
                graph.task(
                    id,
                    MoveKernels::gatherOfIntsKernel,
                    c,
                    x.ints(),
                    places,
                    y.ints(),
                    g,
                    at,
                    stride,
                    n);
            case I64 ->
                graph.task(
                    id,
                    MoveKernels::gatherOfLongsKernel,
                    c,
                    x.longs(),
                    places,
                    y.longs(),
                    g,
                    at,
                    stride,
                    n);
            case BF16 -> throw y.unexpected();
          }
        });
  }

  static void select(Tasks tasks, Op.IndexSelect op, List<Place> in, Place y) {
    Place x = in.get(0);
    Shape shape = x.layout().shape();
    IntArray places = Indices.places(tasks, op, in.get(1), op.axis(), shape);
    if (x.size() == 0) return;
    int[] others = IntStream.range(0, shape.rank()).filter(i -> i != op.axis()).toArray();
    Layout first = Lines.axes(x.layout(), others, true);
    int at = tasks.geometry().add(first.shape(), first);
    int stride = Math.toIntExact(x.layout().strideElements(op.axis()));
    int count = in.get(1).size();
    int inner = Math.toIntExact(shape.slice(op.axis() + 1, shape.rank()).size());
    int n = y.size();
    tasks.each(
        "indexSelect",
        new ArrayList<>(List.of(x.array(), places)),
        List.of(y.array()),
        n,
        (graph, id, g) -> {
          var c = tasks.context();
          switch (y.dtype()) {
            case F32, BOOL ->
                graph.task(
                    id,
                    MoveKernels::selectKernel,
                    c,
                    x.floats(),
                    places,
                    y.floats(),
                    g,
                    at,
                    stride,
                    count,
                    inner,
                    n);
            case F64 ->
                graph.task(
                    id,
                    MoveKernels::selectOfDoublesKernel,
                    c,
                    x.doubles(),
                    places,
                    y.doubles(),
                    g,
                    at,
                    stride,
                    count,
                    inner,
                    n);
            case I32 ->
                graph.task(
                    id,
                    MoveKernels::selectOfIntsKernel,
                    c,
                    x.ints(),
                    places,
                    y.ints(),
                    g,
                    at,
                    stride,
                    count,
                    inner,
                    n);
            case I64 ->
                graph.task(
                    id,
                    MoveKernels::selectOfLongsKernel,
                    c,
                    x.longs(),
                    places,
                    y.longs(),
                    g,
                    at,
                    stride,
                    count,
                    inner,
                    n);
            case BF16 -> throw y.unexpected();
          }
        });
  }
}
