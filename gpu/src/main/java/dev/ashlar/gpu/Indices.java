package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import java.util.List;
import java.util.OptionalLong;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What every index becomes first, and the vectors that stand for classes. */
final class Indices {
  private Indices() {}

  /**
   * The index that places are made of, and what is taken of it: equal ones share their places.
   *
   * @param size indices are less
   * @param ignored the index that stands for none
   */
  private record Wanted(Place index, int size, OptionalLong ignored) {}

  /** Makes the error of a wrong number at a position of an index, counted row-major. */
  @FunctionalInterface
  interface Wrong {
    RuntimeException of(int number, int position);
  }

  /** Returns the places of an index along an axis of a tensor of this shape. */
  static IntArray places(Tasks tasks, Op op, Place index, int axis, Shape shape) {
    int size = shape.dim(axis);
    return places(
        tasks,
        index,
        size,
        OptionalLong.empty(),
        (number, _) ->
            new IndexOutOfBoundsException(
                "%s: index %d is outside axis %d of size %d"
                    .formatted(op.label(), number, axis, size)));
  }

  /** Returns the places of an index, -1 for what is ignored. */
  static IntArray places(Tasks tasks, Place index, int size, OptionalLong ignored, Wrong wrong) {
    var wanted = new Wanted(index, size, ignored);
    return tasks.once(
        wanted,
        IntArray.class,
        () -> {
          IntArray places = tasks.lasting(DType.I32, index.size()).ints();
          if (index.size() > 0) places(tasks, wanted, places, wrong);
          return places;
        });
  }

  private static void places(Tasks tasks, Wanted wanted, IntArray places, Wrong wrong) {
    Place index = wanted.index;
    int at = tasks.geometry().add(index.layout().shape(), index.layout());
    IntArray faults = tasks.faultNumbers();
    int[] where = new int[1];
    int fault = tasks.fault(number -> wrong.of(number, faults.get(where[0]) - 1));
    where[0] = fault;
    int size = wanted.size;
    long ignored = wanted.ignored.orElse(0);
    // An I32 cannot be equal to what is none.
    boolean fits = index.dtype() == DType.I64 || ignored == (int) ignored;
    int ignoring = wanted.ignored.isPresent() && fits ? 1 : 0;
    int n = index.size();
    tasks.groups(
        "places",
        List.of(index.array(), faults),
        List.of(places, faults),
        1,
        IndexKernels.GROUP,
        (graph, id, g) -> {
          var c = tasks.context();
          if (index.dtype() == DType.I32) {
            graph.task(
                id,
                IndexKernels::intsToPlacesKernel,
                c,
                index.ints(),
                places,
                faults,
                g,
                at,
                fault,
                size,
                ignoring,
                (int) ignored,
                n);
          } else {
            graph.task(
                id,
                IndexKernels::longsToPlacesKernel,
                c,
                index.longs(),
                places,
                faults,
                g,
                at,
                fault,
                size,
                ignoring,
                ignored,
                n);
          }
        });
  }

  static void oneHot(Tasks tasks, Op.OneHot op, Place index, Place y) {
    IntArray places = places(tasks, op, index, y.layout().rank() - 1, y.layout().shape());
    int classes = op.classes();
    int n = y.size();
    boolean real = op.dtype() == DType.F32 || op.dtype() == DType.BOOL;
    FloatArray hot = real ? y.floats() : tasks.floats(n);
    tasks.each(
        "oneHot",
        List.of(places),
        List.of(hot),
        n,
        (graph, id) ->
            graph.task(id, IndexKernels::oneHotKernel, tasks.context(), places, hot, classes, n));
    if (!real) Elementwise.cast(tasks, new Place(hot, y.layout(), DType.F32), y);
  }
}
