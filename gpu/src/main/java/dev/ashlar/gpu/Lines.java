package dev.ashlar.gpu;

import dev.ashlar.gpu.Task.Call;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** Tasks with a work group per line, and views of some axes of a layout. */
final class Lines {
  // Lines of more numbers are worth several groups each, unless there are many.
  private static final int LONG = 65_536;
  private static final int MANY = 256;

  private Lines() {}

  static void reduce(Tasks tasks, Op.Reduction op, Place x, Place y) {
    if (x.dtype() == DType.I32) {
      Place folded = Elementwise.likeLongs(tasks, y);
      reduce(tasks, op, Elementwise.toLongs(tasks, x), folded);
      Elementwise.cast(tasks, folded, y);
      return;
    }
    int[] all = IntStream.range(0, x.layout().rank()).toArray();
    int[] kept = IntStream.of(all).filter(axis -> !op.axes().contains(axis)).toArray();
    int[] gone = IntStream.of(all).filter(op.axes()::contains).toArray();
    Layout lines = axes(x.layout(), kept, true);
    Layout along = axes(x.layout(), gone, false);
    int size = Math.toIntExact(along.shape().size());
    if (!isLong(lines.shape().size(), size)) {
      reduce(tasks, op, x, lines, along, 1, y);
      return;
    }
    int parts = parts(size);
    Shape shape = Shape.of(y.size(), parts);
    Place each = tasks.scratch(y.dtype(), shape.size()).with(Layout.contiguous(shape));
    reduce(tasks, op, x, lines, along, parts, each);
    Layout first = axes(each.layout(), new int[] {0}, true);
    reduce(tasks, op, each, first, axes(each.layout(), new int[] {1}, false), 1, y);
  }

  /** Returns whether one group for each line would leave most of a device idle. */
  static boolean isLong(long lines, int size) {
    return size > LONG && lines < MANY;
  }

  private static int parts(int size) {
    return Math.max(1, (size + LineKernels.PART - 1) / LineKernels.PART);
  }

  /** Adds a task with a group for each part of a line. */
  private static void reduce(
      Tasks tasks, Op.Reduction op, Place x, Layout lines, Layout along, int parts, Place y) {
    int at = tasks.geometry().add(lines.shape(), lines);
    int atAlong = tasks.geometry().add(along.shape(), along);
    int size = Math.toIntExact(along.shape().size());
    int code = code(op);
    Call call =
        (graph, id, g) -> {
          var c = tasks.context();
          switch (x.dtype()) {
            case F32, BOOL ->
                graph.task(
                    id,
                    LineKernels::reduceKernel,
                    c,
                    x.floats(),
                    y.floats(),
                    g,
                    at,
                    atAlong,
                    size,
                    parts,
                    code);
            case F64 ->
                graph.task(
                    id,
                    DoubleLineKernels::reduceKernel,
                    c,
                    x.doubles(),
                    y.doubles(),
                    g,
                    at,
                    atAlong,
                    size,
                    parts,
                    code);
            case I64 ->
                graph.task(
                    id,
                    LongLineKernels::reduceKernel,
                    c,
                    x.longs(),
                    y.longs(),
                    g,
                    at,
                    atAlong,
                    size,
                    parts,
                    code);
            case I32, BF16 -> throw x.unexpected();
          }
        };
    add(tasks, op.label(), x, y, lines.shape().size() * parts, call);
  }

  private static int code(Op.Reduction op) {
    return switch (op) {
      case Op.Sum _ -> LineKernels.SUM;
      case Op.Max _ -> LineKernels.MAX;
      case Op.Min _ -> LineKernels.MIN;
    };
  }

  /** Adds a softmax, or its logarithm, along an axis, a group for each line. */
  static void softmax(Tasks tasks, Op op, int axis, Place x, Place y) {
    int[] one = {axis};
    int[] others = IntStream.range(0, x.layout().rank()).filter(i -> i != axis).toArray();
    Layout lines = axes(x.layout(), others, true);
    Layout along = axes(x.layout(), one, false);
    int size = Math.toIntExact(along.shape().size());
    int at = tasks.geometry().add(lines.shape(), lines, axes(y.layout(), others, true));
    int atAlong = tasks.geometry().add(along.shape(), along, axes(y.layout(), one, false));
    int log = op instanceof Op.LogSoftmax ? 1 : 0;
    Call call =
        (graph, id, g) -> {
          var c = tasks.context();
          if (x.dtype() == DType.F32) {
            graph.task(
                id,
                LineKernels::softmaxKernel,
                c,
                x.floats(),
                y.floats(),
                g,
                at,
                atAlong,
                size,
                log);
          } else {
            graph.task(
                id,
                DoubleLineKernels::softmaxKernel,
                c,
                x.doubles(),
                y.doubles(),
                g,
                at,
                atAlong,
                size,
                log);
          }
        };
    add(tasks, op.label(), x, y, lines.shape().size(), call);
  }

  /**
   * Adds a sum of squares of F32, in F64: sums of parts, whose number the size says, and theirs.
   */
  static void sumOfSquares(Tasks tasks, Place x, Place y) {
    int at = tasks.geometry().add(x.layout().shape(), x.layout());
    int n = x.size();
    int parts = parts(n);
    Place sums = parts == 1 ? y : tasks.scratch(DType.F64, parts);
    tasks.groups(
        "sumOfSquares",
        List.of(x.array()),
        List.of(sums.array()),
        parts,
        LineKernels.GROUP,
        (graph, id, g) ->
            graph.task(
                id,
                DoubleLineKernels::squaresKernel,
                tasks.context(),
                x.floats(),
                sums.doubles(),
                g,
                at,
                LineKernels.PART,
                n));
    if (parts > 1) reduce(tasks, new Op.Sum(List.of(0), false), sums, y);
  }

  private static void add(Tasks tasks, String name, Place x, Place y, long groups, Call call) {
    tasks.groups(name, List.of(x.array()), List.of(y.array()), groups, LineKernels.GROUP, call);
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
