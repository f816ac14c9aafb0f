package dev.ashlar.gpu;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import java.util.List;
import java.util.stream.IntStream;

/** Order along an axis, and running sums, of F32. */
final class Ordering {
  private Ordering() {}

  /**
   * Where lines along an axis lie.
   *
   * @param at the entry of their beginnings, of input and result
   * @param along the entry of their elements
   */
  private record Entries(int at, int along, int count, int size) {}

  private static Entries entries(Tasks tasks, int axis, Place x, Place y) {
    int[] one = {axis};
    int[] others = IntStream.range(0, x.layout().rank()).filter(i -> i != axis).toArray();
    Layout lines = Lines.axes(x.layout(), others, true);
    Layout along = Lines.axes(x.layout(), one, false);
    int at = tasks.geometry().add(lines.shape(), lines, Lines.axes(y.layout(), others, true));
    int atAlong = tasks.geometry().add(along.shape(), along, Lines.axes(y.layout(), one, false));
    return new Entries(
        at, atAlong, Math.toIntExact(lines.shape().size()), x.layout().shape().dim(axis));
  }

  /** Finds the greatest, or the least, along an axis. */
  static void argument(Tasks tasks, int axis, boolean greatest, Place x, Place y) {
    Place kept = y.with(Layout.contiguous(x.layout().shape().with(axis, 1)));
    Entries lines = entries(tasks, axis, x, kept);
    float sign = greatest ? 1 : -1;
    tasks.groups(
        greatest ? "argMax" : "argMin",
        List.of(x.array()),
        List.of(y.array()),
        lines.count,
        OrderKernels.GROUP,
        (graph, id, g) ->
            graph.task(
                id,
                OrderKernels::argumentKernel,
                tasks.context(),
                x.floats(),
                y.longs(),
                g,
                lines.at,
                lines.along,
                lines.size,
                sign));
  }

  /** Puts the first elements of lines in order, as many as the results have room for. */
  static void sort(Tasks tasks, Op op, int axis, boolean descending, Place x, List<Place> out) {
    Place values = out.get(0);
    Place indices = out.get(1);
    Entries lines = entries(tasks, axis, x, values);
    int wanted = values.layout().shape().dim(axis);
    int n = x.size();
    tasks.each(
        op.label(),
        List.of(x.array()),
        List.of(values.array(), indices.array()),
        n,
        (graph, id, g) -> {
          var c = tasks.context();
          if (descending) {
            graph.task(
                id,
                OrderKernels::descendingKernel,
                c,
                x.floats(),
                values.floats(),
                indices.longs(),
                g,
                lines.at,
                lines.along,
                lines.size,
                wanted,
                n);
          } else {
            graph.task(
                id,
                OrderKernels::ascendingKernel,
                c,
                x.floats(),
                values.floats(),
                indices.longs(),
                g,
                lines.at,
                lines.along,
                lines.size,
                wanted,
                n);
          }
        });
  }

  static void cumSum(Tasks tasks, Op.CumSum op, Place x, Place y) {
    Entries lines = entries(tasks, op.axis(), x, y);
    int reverse = op.reverse() ? 1 : 0;
    tasks.each(
        "cumSum",
        List.of(x.array()),
        List.of(y.array()),
        lines.count,
        (graph, id, g) ->
            graph.task(
                id,
                OrderKernels::cumSumKernel,
                tasks.context(),
                x.floats(),
                y.floats(),
                g,
                lines.at,
                lines.along,
                lines.size,
                reverse,
                lines.count));
  }
}
