package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Tasks with a work item per element of the results: of kernels that are written for them. */
final class Elementwise {
  private Elementwise() {}

  /** Returns how a step by itself becomes a task, or empty where it is not elementwise. */
  static Optional<Rule> of(Step step) {
    if (ElementCode.of(step).isEmpty()) return Optional.empty();
    Fused alone = Fused.of(step);
    return Optional.of((tasks, in, out) -> fused(tasks, alone, in, out));
  }

  /** Adds the task that computes steps. */
  static void fused(Tasks tasks, Fused fused, List<Place> in, List<Place> out) {
    fused(tasks, fused.label(), fused, in, out);
  }

  private static void fused(
      Tasks tasks, String name, Fused fused, List<Place> in, List<Place> out) {
    var writer = new KernelWriter(tasks, fused, in, out);
    GeneratedKernel kernel = GeneratedKernel.of(writer.write());
    List<Object> arguments = new ArrayList<>();
    arguments.add(tasks.context());
    arguments.addAll(writer.arrays());
    List<TornadoNativeArray> reads = new ArrayList<>(in.stream().map(Place::array).toList());
    List<TornadoNativeArray> writes = new ArrayList<>(out.stream().map(Place::array).toList());
    if (fused.canFail()) {
      reads.add(tasks.faultNumbers());
      writes.add(tasks.faultNumbers());
    }
    tasks.each(
        name,
        reads,
        writes,
        out.getFirst().size(),
        (graph, id) -> kernel.addTo(graph, id, arguments));
  }

  static void fill(Tasks tasks, Op.Fill fill, Place y) {
    Optional<Number> number = Fused.number(y.dtype(), fill.value());
    if (number.isPresent()) {
      fused(tasks, Fused.fill(fill.spec(), number.get()), List.of(), List.of(y));
      return;
    }
    TornadoNativeArray one =
        y.dtype() == DType.F64
            ? DoubleArray.fromElements(fill.value())
            : FloatArray.fromElements((float) fill.value());
    Layout everywhere = Layout.contiguous(Shape.scalar()).expand(y.layout().shape());
    copy(tasks, new Place(tasks.constant(one), everywhere, y.dtype()), y);
  }

  // ---- What the tasks of other operations begin or end with.

  /** Copies numbers. */
  static void copy(Tasks tasks, Place x, Place y) {
    copy(tasks, "copy", x, y);
  }

  /** Copies numbers, by a kernel of this name in messages. */
  static void copy(Tasks tasks, String name, Place x, Place y) {
    unary(tasks, name, new Op.Copy(), x, y);
  }

  /** Casts numbers to a place of another element type. */
  static void cast(Tasks tasks, Place x, Place y) {
    unary(tasks, "cast", new Op.Cast(y.dtype()), x, y);
  }

  private static void unary(Tasks tasks, String name, Op op, Place x, Place y) {
    Step step = new Step(op, List.of(new Value(0, x.spec())), List.of(new Value(1, y.spec())));
    fused(tasks, name, Fused.of(step), List.of(x), List.of(y));
  }

  /** Returns the same numbers row-major from the beginning of an array, copied if need be. */
  static Place rowMajor(Tasks tasks, Place x) {
    if (x.isRowMajor()) return x;
    Place y = tasks.scratch(x.dtype(), x.size()).with(Layout.contiguous(x.layout().shape()));
    if (x.size() > 0) copy(tasks, x, y);
    return y;
  }

  /** Returns I32 numbers as I64, row-major. */
  static Place toLongs(Tasks tasks, Place x) {
    Place y = likeLongs(tasks, x);
    cast(tasks, x, y);
    return y;
  }

  /** Returns memory for as many I64 as an I32 place has, row-major. */
  static Place likeLongs(Tasks tasks, Place x) {
    return tasks.scratch(DType.I64, x.size()).with(Layout.contiguous(x.layout().shape()));
  }
}
