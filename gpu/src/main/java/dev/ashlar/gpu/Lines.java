package dev.ashlar.gpu;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** Tasks with a work group per line, and views of some axes of a layout. */
final class Lines {
  private Lines() {}

  static void reduce(Tasks tasks, Op.Reduction op, Place x, Place y) {
    int[] all = IntStream.range(0, x.layout().rank()).toArray();
    int[] kept = IntStream.of(all).filter(axis -> !op.axes().contains(axis)).toArray();
    int[] gone = IntStream.of(all).filter(op.axes()::contains).toArray();
    Layout lines = axes(x.layout(), kept, true);
    Layout along = axes(x.layout(), gone, false);
    int at = tasks.geometry().add(lines.shape(), lines);
    int atAlong = tasks.geometry().add(along.shape(), along);
    add(tasks, op.label(), Kernels.reduction(op), x, y, lines.shape(), along.shape(), at, atAlong);
  }

  static void alongAxis(Tasks tasks, String name, Kernels.Line kernel, int axis, Place x, Place y) {
    int[] one = {axis};
    int[] others = IntStream.range(0, x.layout().rank()).filter(i -> i != axis).toArray();
    Layout lines = axes(x.layout(), others, true);
    Layout along = axes(x.layout(), one, false);
    int at = tasks.geometry().add(lines.shape(), lines, axes(y.layout(), others, true));
    int atAlong = tasks.geometry().add(along.shape(), along, axes(y.layout(), one, false));
    add(tasks, name, kernel, x, y, lines.shape(), along.shape(), at, atAlong);
  }

  private static void add(
      Tasks tasks,
      String name,
      Kernels.Line kernel,
      Place x,
      Place y,
      Shape lines,
      Shape along,
      int at,
      int atAlong) {
    int length = Math.toIntExact(along.size());
    tasks.groups(
        name,
        List.of(x.array()),
        List.of(y.array()),
        lines.size(),
        LineKernels.GROUP,
        (graph, id, g) ->
            graph.task(
                id, kernel, tasks.context(), x.floats(), y.floats(), g, at, atAlong, length));
  }

  /** Returns some axes of a layout, from its first element or from 0. */
  static Layout axes(Layout layout, int[] axes, boolean fromFirst) {
    int[] others =
        IntStream.range(0, layout.rank())
            .filter(axis -> IntStream.of(axes).noneMatch(a -> a == axis))
            .toArray();
    int[] order = IntStream.concat(IntStream.of(axes), IntStream.of(others)).toArray();
    Layout left = layout.permute(order);
    for (int axis = axes.length; axis < order.length; axis++) {
      if (left.shape().dim(axis) > 0) left = left.slice(axis, 0, 1, 1);
    }
    Shape shape = left.shape().slice(0, axes.length);
    Layout some = left.reshape(shape).orElseThrow();
    return fromFirst ? some : some.withOffset(0);
  }
}
