package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.Views;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A program as kernels: one task per step, an array per result. A view is another layout of its
 * input's array and costs nothing. BOOL is 0 or 1 as F32.
 */
final class Lowering {
  private static final int GROUP = 64;

  /** Where a value lies. */
  record Place(FloatArray array, Layout layout) {}

  private final String device;
  private final KernelContext context = new KernelContext();
  private final Geometry geometry = new Geometry();
  private final Map<Value, Place> places = new HashMap<>();
  private final List<Task> tasks = new ArrayList<>();
  private final List<FloatArray> outputs = new ArrayList<>();

  /**
   * Lowers a program.
   *
   * @throws DeviceException naming an operation or element type without a device kernel
   */
  Lowering(Program program, String device) {
    this.device = device;
    for (var input : program.inputs()) allocate("input " + input.name(), input.value());
    for (var constant : program.constants()) allocate("constant", constant.value());
    program.steps().forEach(this::add);
    Set<FloatArray> read = new HashSet<>();
    tasks.forEach(task -> read.addAll(task.reads()));
    Set<FloatArray> written = new HashSet<>();
    tasks.forEach(task -> written.add(task.writes()));
    for (Value output : program.outputs()) outputs.add(output(output, read, written));
  }

  /** Returns an array that holds an output alone, row-major, and that no kernel reads. */
  private FloatArray output(Value value, Set<FloatArray> read, Set<FloatArray> written) {
    Place place = place(value);
    boolean own = written.contains(place.array) && !read.contains(place.array);
    if (own && isWhole(place)) return place.array;
    FloatArray array = array("output", value.spec());
    if (value.spec().shape().size() > 0) {
      unary("copy", UnaryKernels::copyKernel, place, new Place(array, row(value.spec())));
    }
    return array;
  }

  private static boolean isWhole(Place place) {
    return place.layout.isContiguous()
        && place.layout.offsetElements() == 0
        && place.layout.shape().size() == place.array.getSize();
  }

  private Place allocate(String what, Value value) {
    Place place = new Place(array(what, value.spec()), row(value.spec()));
    places.put(value, place);
    return place;
  }

  private FloatArray array(String what, TensorSpec spec) {
    if (spec.dtype() != DType.F32 && spec.dtype() != DType.BOOL) {
      throw DeviceException.noType(what, spec.dtype(), device);
    }
    long size = spec.shape().size();
    // The array is some bytes longer than its elements.
    if (size > Integer.MAX_VALUE / Float.BYTES) throw DeviceException.tooLarge(what, spec, device);
    return new FloatArray(Math.max(1, (int) size));
  }

  private static Layout row(TensorSpec spec) {
    return Layout.contiguous(spec.shape());
  }

  private void add(Step step) {
    List<Place> in = step.inputs().stream().map(this::place).toList();
    if (step.op() instanceof Op.View view) {
      // Where only a copy can have the wanted shape, the tracer recorded one.
      Layout layout = Views.layout(view, in.getFirst().layout).orElseThrow();
      places.put(step.outputs().getFirst(), new Place(in.getFirst().array, layout));
      return;
    }
    Op op = step.op();
    Place y = allocate(op.label(), step.outputs().getFirst());
    if (y.layout.shape().size() == 0) {
      // Nothing to compute, but what cannot be computed is refused at every size.
      if (!hasKernel(op)) throw DeviceException.noKernel(op, device);
      return;
    }
    lower(step, in, y);
  }

  private boolean hasKernel(Op op) {
    return switch (op) {
      case Op.Unary unary -> Kernels.unary(unary).isPresent();
      case Op.Binary binary -> Kernels.binary(binary).isPresent();
      case Op.Fill _, Op.Arange _, Op.Copy _, Op.Not _, Op.Cast _ -> true;
      case Op.Compare _, Op.Logical _, Op.Where _, Op.Reduction _ -> true;
      case Op.Softmax _, Op.LogSoftmax _, Op.MatMul _, Op.View _ -> true;
      default -> false;
    };
  }

  private void lower(Step step, List<Place> in, Place y) {
    Op op = step.op();
    switch (op) {
      case Op.Fill fill -> fill(fill, y);
      case Op.Arange _ -> arange(y);
      case Op.Unary unary ->
          unary(op.label(), orRefuse(Kernels.unary(unary), op), in.getFirst(), y);
      case Op.Copy _ -> unary("copy", UnaryKernels::copyKernel, in.getFirst(), y);
      case Op.Not _ -> unary("not", UnaryKernels::notKernel, in.getFirst(), y);
      case Op.Cast cast -> {
        DType from = step.inputs().getFirst().spec().dtype();
        unary("cast", Kernels.cast(from, cast.dtype()), in.getFirst(), y);
      }
      case Op.Binary binary -> binary(op.label(), orRefuse(Kernels.binary(binary), op), in, y);
      case Op.Compare compare -> binary("compare", Kernels.compare(compare.comparison()), in, y);
      case Op.Logical logical -> binary("logical", Kernels.logical(logical.connective()), in, y);
      case Op.Where _ -> where(in, y);
      case Op.Reduction reduction -> reduce(reduction, in.getFirst(), y);
      case Op.Softmax softmax ->
          alongAxis("softmax", LineKernels::softmaxKernel, softmax.axis(), in.getFirst(), y);
      case Op.LogSoftmax softmax ->
          alongAxis("logSoftmax", LineKernels::logSoftmaxKernel, softmax.axis(), in.getFirst(), y);
      case Op.MatMul _ -> matmul(in.get(0), in.get(1), y);
      case Op.Uniform _, Op.Normal _, Op.ArgMax _, Op.ArgMin _, Op.CumSum _, Op.Sort _, Op.TopK _ ->
          throw DeviceException.noKernel(op, device);
      case Op.Concat _, Op.Pad _, Op.Gather _, Op.ScatterAdd _, Op.IndexSelect _, Op.IndexAdd _ ->
          throw DeviceException.noKernel(op, device);
      case Op.OneHot _, Op.Custom _ -> throw DeviceException.noKernel(op, device);
      case Op.View _ -> throw new IllegalStateException("a view has no kernel: " + op.label());
    }
  }

  private <K> K orRefuse(Optional<K> kernel, Op op) {
    return kernel.orElseThrow(() -> DeviceException.noKernel(op, device));
  }

  // ---- Elementwise.

  private void fill(Op.Fill fill, Place y) {
    boolean truth = fill.spec().dtype() == DType.BOOL;
    float value = truth ? fill.value() != 0 ? 1 : 0 : (float) fill.value();
    int n = size(y);
    each(
        "fill",
        List.of(),
        y,
        (graph, id, _) -> graph.task(id, BinaryKernels::fillKernel, context, y.array, value, n));
  }

  private void arange(Place y) {
    int n = size(y);
    each(
        "arange",
        List.of(),
        y,
        (graph, id, _) -> graph.task(id, BinaryKernels::arangeKernel, context, y.array, n));
  }

  private void unary(String name, Kernels.Unary kernel, Place x, Place y) {
    int at = geometry.add(y.layout.shape(), x.layout);
    int n = size(y);
    each(
        name,
        List.of(x.array),
        y,
        (graph, id, g) -> graph.task(id, kernel, context, x.array, y.array, g, at, n));
  }

  private void binary(String name, Kernels.Binary kernel, List<Place> in, Place y) {
    Shape shape = y.layout.shape();
    FloatArray a = in.get(0).array;
    FloatArray b = in.get(1).array;
    int at = geometry.add(shape, in.get(0).layout.expand(shape), in.get(1).layout.expand(shape));
    int n = size(y);
    each(
        name,
        List.of(a, b),
        y,
        (graph, id, g) -> graph.task(id, kernel, context, a, b, y.array, g, at, n));
  }

  private void where(List<Place> in, Place y) {
    Shape shape = y.layout.shape();
    List<Layout> layouts = in.stream().map(place -> place.layout.expand(shape)).toList();
    List<FloatArray> arrays = in.stream().map(Place::array).toList();
    int at = geometry.add(shape, layouts.toArray(Layout[]::new));
    int n = size(y);
    each(
        "where",
        arrays,
        y,
        (graph, id, g) ->
            graph.task(
                id,
                BinaryKernels::whereKernel,
                context,
                arrays.get(0),
                arrays.get(1),
                arrays.get(2),
                y.array,
                g,
                at,
                n));
  }

  private void each(String name, List<FloatArray> reads, Place y, Task.Call call) {
    long items = (size(y) + GROUP - 1L) / GROUP * GROUP;
    tasks.add(new Task(name, reads, y.array, items, GROUP, call));
  }

  // ---- Lines.

  private void reduce(Op.Reduction op, Place x, Place y) {
    int[] all = IntStream.range(0, x.layout.rank()).toArray();
    int[] kept = IntStream.of(all).filter(axis -> !op.axes().contains(axis)).toArray();
    int[] gone = IntStream.of(all).filter(op.axes()::contains).toArray();
    Layout lines = axes(x.layout, kept, true);
    Layout along = axes(x.layout, gone, false);
    lines(
        op.label(),
        Kernels.reduction(op),
        x,
        y,
        geometry.add(lines.shape(), lines),
        geometry.add(along.shape(), along),
        lines.shape().size(),
        along.shape().size());
  }

  private void alongAxis(String name, Kernels.Line kernel, int axis, Place x, Place y) {
    int[] one = {axis};
    int[] others = IntStream.range(0, x.layout.rank()).filter(i -> i != axis).toArray();
    Layout lines = axes(x.layout, others, true);
    Layout along = axes(x.layout, one, false);
    lines(
        name,
        kernel,
        x,
        y,
        geometry.add(lines.shape(), lines, axes(y.layout, others, true)),
        geometry.add(along.shape(), along, axes(y.layout, one, false)),
        lines.shape().size(),
        along.shape().size());
  }

  /** Returns some axes of a layout, from its first element or from 0. */
  private static Layout axes(Layout layout, int[] axes, boolean fromFirst) {
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

  private void lines(
      String name,
      Kernels.Line kernel,
      Place x,
      Place y,
      int lines,
      int along,
      long count,
      long size) {
    int length = Math.toIntExact(size);
    Task.Call call =
        (graph, id, g) ->
            graph.task(id, kernel, context, x.array, y.array, g, lines, along, length);
    long items = count * LineKernels.GROUP;
    tasks.add(new Task(name, List.of(x.array), y.array, items, LineKernels.GROUP, call));
  }

  // ---- Products.

  private void matmul(Place a, Place b, Place y) {
    Shape batch = y.layout.shape().slice(0, y.layout.rank() - 2);
    int rows = y.layout.shape().dim(-2);
    int columns = y.layout.shape().dim(-1);
    int inner = a.layout.shape().dim(-1);
    int at = geometry.add(batch, matrices(a, batch), matrices(b, batch));
    int steps =
        geometry.addStrides(
            a.layout.strideElements(-2),
            a.layout.strideElements(-1),
            b.layout.strideElements(-2),
            b.layout.strideElements(-1));
    Task.Call call =
        (graph, id, g) ->
            graph.task(
                id,
                MatMulKernel::matmul,
                context,
                a.array,
                b.array,
                y.array,
                g,
                at,
                steps,
                rows,
                inner,
                columns);
    long items = MatMulKernel.groups(batch.size(), rows, columns) * MatMulKernel.GROUP;
    tasks.add(
        new Task("matmul", List.of(a.array, b.array), y.array, items, MatMulKernel.GROUP, call));
  }

  /** Returns where the matrices of a batch begin. */
  private static Layout matrices(Place place, Shape batch) {
    int rank = place.layout.rank();
    return axes(place.layout, IntStream.range(0, rank - 2).toArray(), true).expand(batch);
  }

  private int size(Place place) {
    return Math.toIntExact(place.layout.shape().size());
  }

  // ---- What was made of the program.

  Place place(Value value) {
    return places.get(value);
  }

  List<Task> tasks() {
    return tasks;
  }

  /** Returns an array per output of the program, row-major. */
  List<FloatArray> outputs() {
    return outputs;
  }

  Geometry geometry() {
    return geometry;
  }
}
