package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Tasks with a work item per result. */
final class Elementwise {
  private Elementwise() {}

  static void fill(Tasks tasks, Op.Fill fill, Place y) {
    boolean truth = fill.spec().dtype() == DType.BOOL;
    float value = truth ? fill.value() != 0 ? 1 : 0 : (float) fill.value();
    if (Float.isNaN(value)) {
      // TornadoVM writes the constant as an identifier that OpenCL does not know.
      TypedElements.repeat(tasks, tasks.constant(FloatArray.fromElements(value)), y);
      return;
    }
    int n = y.size();
    tasks.each(
        "fill",
        List.of(),
        List.of(y.array()),
        n,
        (graph, id) ->
            graph.task(id, BinaryKernels::fillKernel, tasks.context(), y.floats(), value, n));
  }

  static void arange(Tasks tasks, Place y) {
    int n = y.size();
    tasks.each(
        "arange",
        List.of(),
        List.of(y.array()),
        n,
        (graph, id) -> graph.task(id, BinaryKernels::arangeKernel, tasks.context(), y.floats(), n));
  }

  /** Computes several steps in a kernel written for them. */
  static void fused(Tasks tasks, Fused fused, List<Place> in, List<Place> out) {
    var writer = new KernelWriter(fused, in, out);
    GeneratedKernel kernel = GeneratedKernel.of(writer.write());
    List<Object> arguments = new ArrayList<>();
    arguments.add(tasks.context());
    arguments.addAll(writer.arrays());
    tasks.each(
        fused.label(),
        in.stream().map(Place::array).toList(),
        out.stream().map(Place::array).toList(),
        out.getFirst().size(),
        (graph, id) -> kernel.addTo(graph, id, arguments));
  }

  static void unary(Tasks tasks, String name, Kernels.Unary kernel, Place x, Place y) {
    int at = tasks.geometry().add(y.layout().shape(), x.layout());
    int n = y.size();
    tasks.each(
        name,
        List.of(x.array()),
        List.of(y.array()),
        n,
        (graph, id, g) ->
            graph.task(id, kernel, tasks.context(), x.floats(), y.floats(), g, at, n));
  }

  static void binary(Tasks tasks, String name, Kernels.Binary kernel, List<Place> in, Place y) {
    Shape shape = y.layout().shape();
    Place a = in.get(0);
    Place b = in.get(1);
    int at = tasks.geometry().add(shape, a.layout().expand(shape), b.layout().expand(shape));
    int n = y.size();
    tasks.each(
        name,
        List.of(a.array(), b.array()),
        List.of(y.array()),
        n,
        (graph, id, g) ->
            graph.task(id, kernel, tasks.context(), a.floats(), b.floats(), y.floats(), g, at, n));
  }

  static void where(Tasks tasks, List<Place> in, Place y) {
    Shape shape = y.layout().shape();
    Layout[] layouts =
        in.stream().map(place -> place.layout().expand(shape)).toArray(Layout[]::new);
    int at = tasks.geometry().add(shape, layouts);
    int n = y.size();
    tasks.each(
        "where",
        in.stream().map(Place::array).toList(),
        List.of(y.array()),
        n,
        (graph, id, g) ->
            graph.task(
                id,
                BinaryKernels::whereKernel,
                tasks.context(),
                in.get(0).floats(),
                in.get(1).floats(),
                in.get(2).floats(),
                y.floats(),
                g,
                at,
                n));
  }
}
