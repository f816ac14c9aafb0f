package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** Tasks of matrix products. */
final class Products {
  private Products() {}

  static void matmul(Tasks tasks, Place a, Place b, Place y) {
    Shape batch = y.layout().shape().slice(0, y.layout().rank() - 2);
    int rows = y.layout().shape().dim(-2);
    int columns = y.layout().shape().dim(-1);
    int inner = a.layout().shape().dim(-1);
    int at = tasks.geometry().add(batch, matrices(a, batch), matrices(b, batch));
    int steps =
        tasks
            .geometry()
            .addStrides(
                a.layout().strideElements(-2),
                a.layout().strideElements(-1),
                b.layout().strideElements(-2),
                b.layout().strideElements(-1));
    tasks.groups(
        "matmul",
        List.of(a.array(), b.array()),
        List.of(y.array()),
        MatMulKernel.groups(batch.size(), rows, columns),
        MatMulKernel.GROUP,
        (graph, id, g) -> {
          var c = tasks.context();
          if (y.dtype() == DType.F32) {
            graph.task(
                id,
                MatMulKernel::matmul,
                c,
                a.floats(),
                b.floats(),
                y.floats(),
                g,
                at,
                steps,
                rows,
                inner,
                columns);
          } else {
            graph.task(
                id,
                MatMulKernel::matmulOfDoubles,
                c,
                a.doubles(),
                b.doubles(),
                y.doubles(),
                g,
                at,
                steps,
                rows,
                inner,
                columns);
          }
        });
  }

  /** Returns where the matrices of a batch begin. */
  private static Layout matrices(Place place, Shape batch) {
    int rank = place.layout().rank();
    return Lines.axes(place.layout(), IntStream.range(0, rank - 2).toArray(), true).expand(batch);
  }
}
