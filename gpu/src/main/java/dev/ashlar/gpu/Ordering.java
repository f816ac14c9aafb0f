package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Order along an axis, and running sums. */
final class Ordering {
  private Ordering() {}

  /**
   * Where lines along an axis lie.
   *
   * @param at the entry of their beginnings, of input and result
   * @param along the entry of their elements
   */
  private record Entries(int at, int along, int count, int size) {}

  /**
   * Positions of lines in order.
   *
   * @param array lines of positions
   * @param at where the first line begins
   */
  record Sorted(IntArray array, int at) {}

  private static Entries entries(Tasks tasks, int axis, Place x, Place y) {
    int[] one = {axis};
    int[] others = others(x, axis);
    Layout lines = Lines.axes(x.layout(), others, true);
    Layout along = Lines.axes(x.layout(), one, false);
    int at = tasks.geometry().add(lines.shape(), lines, Lines.axes(y.layout(), others, true));
    int atAlong = tasks.geometry().add(along.shape(), along, Lines.axes(y.layout(), one, false));
    return new Entries(
        at, atAlong, Math.toIntExact(lines.shape().size()), x.layout().shape().dim(axis));
  }

  private static int[] others(Place x, int axis) {
    return IntStream.range(0, x.layout().rank()).filter(i -> i != axis).toArray();
  }

  /** Finds the greatest, or the least, along an axis. */
  static void argument(Tasks tasks, int axis, boolean greatest, Place in, Place y) {
    Place x = in.dtype() == DType.I32 ? Elementwise.toLongs(tasks, in) : in;
    Place kept = y.with(Layout.contiguous(x.layout().shape().with(axis, 1)));
    Entries l = entries(tasks, axis, x, kept);
    float sign = greatest ? 1 : -1;
    double wideSign = sign;
    long flip = greatest ? 0 : -1;
    tasks.groups(
        greatest ? "argMax" : "argMin",
        List.of(x.array()),
        List.of(y.array()),
        l.count,
        OrderKernels.GROUP,
        (graph, id, g) -> {
          var c = tasks.context();
          var r = y.longs();
          switch (x.dtype()) {
            case F32 ->
                graph.task(
                    id,
                    OrderKernels::argumentKernel,
                    c,
                    x.floats(),
                    r,
                    g,
                    l.at,
                    l.along,
                    l.size,
                    sign);
            case F64 ->
                graph.task(
                    id,
                    OrderKernels::argumentOfDoublesKernel,
                    c,
                    x.doubles(),
                    r,
                    g,
                    l.at,
                    l.along,
                    l.size,
                    wideSign);
            case I64 ->
                graph.task(
                    id,
                    OrderKernels::argumentOfLongsKernel,
                    c,
                    x.longs(),
                    r,
                    g,
                    l.at,
                    l.along,
                    l.size,
                    flip);
            case I32, BOOL, BF16 -> throw x.unexpected();
          }
        });
  }

  /** Puts the first elements of lines in order, as many as the results have room for. */
  static void sort(Tasks tasks, Op op, int axis, boolean descending, Place x, List<Place> out) {
    Place indices = out.get(1);
    Sorted sorted = sorted(tasks, op.label(), axis, descending, x);
    Shape shape = indices.layout().shape();
    int n = indices.size();
    int size = x.layout().shape().dim(axis);
    int wanted = shape.dim(axis);
    int inner = Math.toIntExact(shape.slice(axis + 1, shape.rank()).size());
    IntArray places = tasks.ints(n);
    tasks.each(
        "first",
        List.of(sorted.array),
        List.of(indices.array(), places),
        n,
        (graph, id) ->
            graph.task(
                id,
                SortKernels::firstKernel,
                tasks.context(),
                sorted.array,
                indices.longs(),
                places,
                sorted.at,
                size,
                wanted,
                inner,
                n));
    Moves.gather(tasks, x, axis, shape, places, out.getFirst());
  }

  /** Returns the order of the lines along an axis. */
  static Sorted sorted(Tasks tasks, String name, int axis, boolean descending, Place x) {
    int total = x.size();
    return sorted(tasks, name, axis, descending, x, tasks.ints(2L * total));
  }

  /** Returns the order of the lines along an axis, in memory for twice as many positions. */
  static Sorted sorted(
      Tasks tasks, String name, int axis, boolean descending, Place x, IntArray order) {
    int total = x.size();
    Layout lines = Lines.axes(x.layout(), others(x, axis), true);
    int at = tasks.geometry().add(lines.shape(), lines);
    int step = Math.toIntExact(x.layout().strideElements(axis));
    int size = x.layout().shape().dim(axis);
    int down = descending ? 1 : 0;
    tasks.groups(
        name,
        List.of(x.array(), order),
        List.of(order),
        lines.shape().size(),
        SortKernels.GROUP,
        (graph, id, g) -> {
          var c = tasks.context();
          switch (x.dtype()) {
            case F32 ->
                graph.task(
                    id,
                    SortKernels::sortFloatsKernel,
                    c,
                    x.floats(),
                    order,
                    g,
                    at,
                    step,
                    size,
                    total,
                    down);
            case F64 ->
                graph.task(
                    id,
                    SortKernels::sortDoublesKernel,
                    c,
                    x.doubles(),
                    order,
                    g,
                    at,
                    step,
                    size,
                    total,
                    down);
            case I32 ->
                graph.task(
                    id,
                    SortKernels::sortIntsKernel,
                    c,
                    x.ints(),
                    order,
                    g,
                    at,
                    step,
                    size,
                    total,
                    down);
            case I64 ->
                graph.task(
                    id,
                    SortKernels::sortLongsKernel,
                    c,
                    x.longs(),
                    order,
                    g,
                    at,
                    step,
                    size,
                    total,
                    down);
            case BOOL, BF16 -> throw x.unexpected();
          }
        });
    return new Sorted(order, SortKernels.half(size) * total);
  }

  static void cumSum(Tasks tasks, Op.CumSum op, Place in, Place out) {
    if (in.dtype() == DType.I32) {
      Place sums = Elementwise.likeLongs(tasks, out);
      cumSum(tasks, op, Elementwise.toLongs(tasks, in), sums);
      Elementwise.cast(tasks, sums, out);
      return;
    }
    Entries l = entries(tasks, op.axis(), in, out);
    int reverse = op.reverse() ? 1 : 0;
    tasks.each(
        "cumSum",
        List.of(in.array()),
        List.of(out.array()),
        l.count,
        (graph, id, g) -> {
          var c = tasks.context();
          switch (in.dtype()) {
            case F32 ->
                graph.task(
                    id,
                    OrderKernels::cumSumKernel,
                    c,
                    in.floats(),
                    out.floats(),
                    g,
                    l.at,
                    l.along,
                    l.size,
                    reverse,
                    l.count);
            case F64 ->
                graph.task(
                    id,
                    OrderKernels::cumSumOfDoublesKernel,
                    c,
                    in.doubles(),
                    out.doubles(),
                    g,
                    l.at,
                    l.along,
                    l.size,
                    reverse,
                    l.count);
            case I64 ->
                graph.task(
                    id,
                    OrderKernels::cumSumOfLongsKernel,
                    c,
                    in.longs(),
                    out.longs(),
                    g,
                    l.at,
                    l.along,
                    l.size,
                    reverse,
                    l.count);
            case I32, BOOL, BF16 -> throw in.unexpected();
          }
        });
  }
}
