package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.program.Program.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Elementwise operations of I32, I64 and F64: tasks with a work item per result. */
final class TypedElements {
  private TypedElements() {}

  /** Returns how a step becomes tasks, or empty where no kernel computes it. */
  static Optional<Rule> of(Step step) {
    DType last =
        (step.inputs().isEmpty() ? step.outputs() : step.inputs()).getLast().spec().dtype();
    if (last == DType.BF16) return Optional.empty();
    return switch (step.op()) {
      case Op.Fill fill -> Optional.of((tasks, _, out) -> fill(tasks, fill, out.getFirst()));
      case Op.Arange _ -> Optional.of((tasks, _, out) -> arange(tasks, out.getFirst()));
      case Op.Copy _ -> Optional.of((tasks, in, out) -> copy(tasks, in.getFirst(), out.getFirst()));
      case Op.Cast cast -> Casts.of(last, cast.dtype());
      case Op.Where _ -> Optional.of((tasks, in, out) -> where(tasks, in, out.getFirst()));
      case Op.Compare compare -> Optional.of(compare(compare));
      case Op.Unary unary -> Kernels.code(unary, last).map(code -> unary(unary, code));
      case Op.Binary binary -> Optional.of(binary(binary));
      default -> Optional.empty();
    };
  }

  /** Returns the error for an element type that a rule should not have come to. */
  static IllegalStateException unexpected(Place place) {
    return new IllegalStateException("no kernel for " + place.dtype());
  }

  private static void fill(Tasks tasks, Op.Fill fill, Place y) {
    double value = fill.value();
    if (y.dtype() == DType.F64 && !Double.isFinite(value)) {
      // TornadoVM makes a float of the constant, and of the element only half is written.
      repeat(tasks, tasks.constant(DoubleArray.fromElements(value)), y);
      return;
    }
    int n = y.size();
    tasks.each(
        "fill",
        List.of(),
        List.of(y.array()),
        n,
        (graph, id) -> {
          var c = tasks.context();
          switch (y.dtype()) {
            case F64 -> graph.task(id, DoubleKernels::fillKernel, c, y.doubles(), value, n);
            case I32 -> graph.task(id, IntKernels::fillKernel, c, y.ints(), (int) value, n);
            case I64 -> graph.task(id, LongKernels::fillKernel, c, y.longs(), (long) value, n);
            case F32, BOOL, BF16 -> throw unexpected(y);
          }
        });
  }

  /** Fills a place with the only number of an array. */
  static void repeat(Tasks tasks, TornadoNativeArray number, Place y) {
    Layout everywhere = Layout.contiguous(Shape.scalar()).expand(y.layout().shape());
    copy(tasks, new Place(number, everywhere, y.dtype()), y);
  }

  private static void arange(Tasks tasks, Place y) {
    int n = y.size();
    tasks.each(
        "arange",
        List.of(),
        List.of(y.array()),
        n,
        (graph, id) -> {
          var c = tasks.context();
          switch (y.dtype()) {
            case F64 -> graph.task(id, DoubleKernels::arangeKernel, c, y.doubles(), n);
            case I32 -> graph.task(id, IntKernels::arangeKernel, c, y.ints(), n);
            case I64 -> graph.task(id, LongKernels::arangeKernel, c, y.longs(), n);
            case F32, BOOL, BF16 -> throw unexpected(y);
          }
        });
  }

  /** Copies numbers of any element type to a row-major place. */
  static void copy(Tasks tasks, Place x, Place y) {
    int at = tasks.geometry().add(y.layout().shape(), x.layout());
    int n = y.size();
    tasks.each(
        "copy",
        List.of(x.array()),
        List.of(y.array()),
        n,
        (graph, id, g) -> {
          var c = tasks.context();
          switch (y.dtype()) {
            case F32, BOOL ->
                graph.task(id, UnaryKernels::copyKernel, c, x.floats(), y.floats(), g, at, n);
            case F64 ->
                graph.task(id, DoubleKernels::copyKernel, c, x.doubles(), y.doubles(), g, at, n);
            case I32 -> graph.task(id, IntKernels::copyKernel, c, x.ints(), y.ints(), g, at, n);
            case I64 -> graph.task(id, LongKernels::copyKernel, c, x.longs(), y.longs(), g, at, n);
            case BF16 -> throw unexpected(y);
          }
        });
  }

  /** Returns the same numbers row-major from the beginning of an array, copied if need be. */
  static Place rowMajor(Tasks tasks, Place x) {
    if (x.isRowMajor()) return x;
    Place y = tasks.scratch(x.dtype(), x.size()).with(Layout.contiguous(x.layout().shape()));
    if (x.size() > 0) copy(tasks, x, y);
    return y;
  }

  private static Rule unary(Op op, int code) {
    return (tasks, in, out) -> {
      Place x = in.getFirst();
      Place y = out.getFirst();
      int at = tasks.geometry().add(y.layout().shape(), x.layout());
      int n = y.size();
      tasks.each(
          op.label(),
          List.of(x.array()),
          List.of(y.array()),
          n,
          (graph, id, g) -> {
            var c = tasks.context();
            switch (y.dtype()) {
              case F64 ->
                  graph.task(
                      id, DoubleKernels::unaryKernel, c, x.doubles(), y.doubles(), g, at, code, n);
              case I32 ->
                  graph.task(id, IntKernels::unaryKernel, c, x.ints(), y.ints(), g, at, code, n);
              case I64 ->
                  graph.task(id, LongKernels::unaryKernel, c, x.longs(), y.longs(), g, at, code, n);
              case F32, BOOL, BF16 -> throw unexpected(y);
            }
          });
    };
  }

  private static Rule binary(Op.Binary op) {
    int code = Kernels.code(op);
    return (tasks, in, out) -> {
      Place y = out.getFirst();
      if (y.dtype() == DType.F64) binary(tasks, op, code, in, y);
      else if (code == Kernels.POW) Divisions.power(tasks, op, in, y);
      else if (code == Kernels.DIV || code == Kernels.REM) Divisions.divide(tasks, op, code, in, y);
      else binary(tasks, op, code, in, y);
    };
  }

  private static void binary(Tasks tasks, Op op, int code, List<Place> in, Place y) {
    Place a = in.get(0);
    Place b = in.get(1);
    int at = entry(tasks, in, y);
    int n = y.size();
    tasks.each(
        op.label(),
        List.of(a.array(), b.array()),
        List.of(y.array()),
        n,
        (graph, id, g) -> {
          var c = tasks.context();
          switch (y.dtype()) {
            case F64 ->
                graph.task(
                    id,
                    DoubleKernels::binaryKernel,
                    c,
                    a.doubles(),
                    b.doubles(),
                    y.doubles(),
                    g,
                    at,
                    code,
                    n);
            case I32 ->
                graph.task(
                    id, IntKernels::binaryKernel, c, a.ints(), b.ints(), y.ints(), g, at, code, n);
            case I64 ->
                graph.task(
                    id,
                    LongKernels::binaryKernel,
                    c,
                    a.longs(),
                    b.longs(),
                    y.longs(),
                    g,
                    at,
                    code,
                    n);
            case F32, BOOL, BF16 -> throw unexpected(y);
          }
        });
  }

  /** Adds the entry of broadcast inputs. */
  static int entry(Tasks tasks, List<Place> in, Place y) {
    Shape shape = y.layout().shape();
    return tasks
        .geometry()
        .add(shape, in.stream().map(p -> p.layout().expand(shape)).toArray(Layout[]::new));
  }

  private static Rule compare(Op.Compare op) {
    int code = Kernels.code(op.comparison());
    return (tasks, in, out) -> {
      Place a = in.get(0);
      Place b = in.get(1);
      Place y = out.getFirst();
      int at = entry(tasks, in, y);
      int n = y.size();
      tasks.each(
          op.label(),
          List.of(a.array(), b.array()),
          List.of(y.array()),
          n,
          (graph, id, g) -> {
            var c = tasks.context();
            var r = y.floats();
            switch (a.dtype()) {
              case F64 ->
                  graph.task(
                      id,
                      DoubleKernels::compareKernel,
                      c,
                      a.doubles(),
                      b.doubles(),
                      r,
                      g,
                      at,
                      code,
                      n);
              case I32 ->
                  graph.task(
                      id, IntKernels::compareKernel, c, a.ints(), b.ints(), r, g, at, code, n);
              case I64 ->
                  graph.task(
                      id, LongKernels::compareKernel, c, a.longs(), b.longs(), r, g, at, code, n);
              case F32, BOOL, BF16 -> throw unexpected(a);
            }
          });
    };
  }

  private static void where(Tasks tasks, List<Place> in, Place y) {
    Place a = in.get(1);
    Place b = in.get(2);
    int at = entry(tasks, in, y);
    int n = y.size();
    List<TornadoNativeArray> reads = new ArrayList<>(in.stream().map(Place::array).toList());
    tasks.each(
        "where",
        reads,
        List.of(y.array()),
        n,
        (graph, id, g) -> {
          var c = tasks.context();
          var condition = in.getFirst().floats();
          switch (y.dtype()) {
            case F64 ->
                graph.task(
                    id,
                    DoubleKernels::whereKernel,
                    c,
                    condition,
                    a.doubles(),
                    b.doubles(),
                    y.doubles(),
                    g,
                    at,
                    n);
            case I32 ->
                graph.task(
                    id,
                    IntKernels::whereKernel,
                    c,
                    condition,
                    a.ints(),
                    b.ints(),
                    y.ints(),
                    g,
                    at,
                    n);
            case I64 ->
                graph.task(
                    id,
                    LongKernels::whereKernel,
                    c,
                    condition,
                    a.longs(),
                    b.longs(),
                    y.longs(),
                    g,
                    at,
                    n);
            case F32, BOOL, BF16 -> throw unexpected(y);
          }
        });
  }
}
