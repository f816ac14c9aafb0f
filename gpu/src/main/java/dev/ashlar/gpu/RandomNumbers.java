package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** Random numbers, the same as on the CPU. */
final class RandomNumbers {
  private RandomNumbers() {}

  static void draw(Tasks tasks, Op.Random op, Place key, Place y) {
    LongArray numbers = TypedElements.rowMajor(tasks, key).longs();
    int n = y.size();
    tasks.each(
        op.label(),
        List.of(numbers),
        List.of(y.array()),
        n,
        (graph, id) -> {
          var c = tasks.context();
          boolean single = y.dtype() == DType.F32;
          switch (op) {
            case Op.Uniform _ when single ->
                graph.task(id, RandomKernels::uniformKernel, c, numbers, y.floats(), n);
            case Op.Uniform _ ->
                graph.task(id, RandomKernels::uniformOfDoublesKernel, c, numbers, y.doubles(), n);
            case Op.Normal _ when single ->
                graph.task(id, RandomKernels::normalKernel, c, numbers, y.floats(), n);
            case Op.Normal _ ->
                graph.task(id, RandomKernels::normalOfDoublesKernel, c, numbers, y.doubles(), n);
          }
        });
  }

  static void fold(Tasks tasks, Op.FoldKey op, Place key, Place y) {
    LongArray numbers = TypedElements.rowMajor(tasks, key).longs();
    long number = op.number();
    tasks.each(
        "foldKey",
        List.of(numbers),
        List.of(y.array()),
        1,
        (graph, id) ->
            graph.task(id, RandomKernels::foldKernel, tasks.context(), numbers, y.longs(), number));
  }
}
