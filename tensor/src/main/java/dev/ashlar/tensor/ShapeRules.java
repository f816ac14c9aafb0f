package dev.ashlar.tensor;

import static dev.ashlar.tensor.DType.BOOL;
import static dev.ashlar.tensor.DType.I64;

import java.util.List;

/**
 * What each operation makes of the element types and shapes of its inputs; the one place that
 * checks them.
 */
public final class ShapeRules {
  private ShapeRules() {}

  private static final Shape KEY = Shape.of(2);

  /**
   * Returns the results' element types and shapes.
   *
   * @throws ShapeException naming the operation, the inputs and the remedy, if it cannot take them
   */
  public static List<TensorSpec> infer(Op op, List<TensorSpec> in) {
    // A switch asks one case after another; these are the most frequent.
    if (op instanceof Op.MatMul && in.size() == 2) return List.of(matmul(in.get(0), in.get(1)));
    if (op instanceof Op.Binary && in.size() == 2) {
      return List.of(numbers(op, in.get(0), in.get(1)));
    }
    if (op instanceof Op.View view && in.size() == 1) {
      return List.of(in.get(0).with(view(view, in.get(0).shape())));
    }
    if (op instanceof Op.Custom custom) return custom.specs(in);
    if (op instanceof Op.Concat concat) return List.of(concat(concat, in));
    int wanted = inputCount(op);
    if (in.size() != wanted) throw ShapeException.inputCount(op.label(), wanted, in.size());
    return switch (op) {
      case Op.Source source -> List.of(source(source));
      case Op.Random random -> List.of(random(random, in.get(0)));
      case Op.FoldKey _ -> List.of(needKey(op, in.get(0)));
      case Op.Unary unary -> List.of(unary(unary, in.get(0)));
      case Op.Not _ -> List.of(needBool(op, in.get(0)));
      case Op.Cast cast -> List.of(in.get(0).with(cast.dtype()));
      case Op.Binary _ -> List.of(numbers(op, in.get(0), in.get(1)));
      case Op.Compare _ -> List.of(numbers(op, in.get(0), in.get(1)).with(BOOL));
      case Op.Logical _ -> List.of(broadcast(op, needBool(op, in.get(0)), needBool(op, in.get(1))));
      case Op.Clamp _ -> List.of(numbers(op, numbers(op, in.get(0), in.get(1)), in.get(2)));
      case Op.Where _ -> List.of(where(in.get(0), in.get(1), in.get(2)));
      case Op.Reduction reduction -> List.of(reduction(reduction, in.get(0)));
      case Op.ArgMax arg -> List.of(argument(op, in.get(0), arg.axis(), arg.keepAxis()));
      case Op.ArgMin arg -> List.of(argument(op, in.get(0), arg.axis(), arg.keepAxis()));
      case Op.Softmax softmax -> List.of(needAxis(op, needFloating(op, in.get(0)), softmax.axis()));
      case Op.LogSoftmax softmax ->
          List.of(needAxis(op, needFloating(op, in.get(0)), softmax.axis()));
      case Op.CumSum sum -> List.of(needAxis(op, needNumber(op, in.get(0)), sum.axis()));
      case Op.Sort sort -> ordered(needAxis(op, needNumber(op, in.get(0)), sort.axis()));
      case Op.TopK topK -> ordered(topK(topK, needNumber(op, in.get(0))));
      case Op.MatMul _ -> List.of(matmul(in.get(0), in.get(1)));
      case Op.View view -> List.of(in.get(0).with(view(view, in.get(0).shape())));
      case Op.Copy _ -> in;
      case Op.Pad pad -> List.of(pad(pad, in.get(0)));
      case Op.Gather gather -> List.of(gather(gather, in.get(0), in.get(1)));
      case Op.ScatterAdd scatter -> List.of(scatterAdd(scatter, in.get(0), in.get(1), in.get(2)));
      case Op.IndexSelect select -> List.of(indexSelect(op, select.axis(), in.get(0), in.get(1)));
      case Op.IndexAdd add -> List.of(indexAdd(add, in.get(0), in.get(1), in.get(2)));
      case Op.OneHot oneHot -> List.of(oneHot(oneHot, in.get(0)));
      case Op.Concat _, Op.Custom _ -> throw new IllegalStateException("answered above: " + op);
    };
  }

  private static int inputCount(Op op) {
    return switch (op) {
      case Op.Source _ -> 0;
      case Op.Unary _, Op.Not _, Op.Cast _, Op.Reduction _, Op.ArgMax _, Op.ArgMin _ -> 1;
      case Op.Softmax _, Op.LogSoftmax _, Op.CumSum _, Op.Sort _, Op.TopK _ -> 1;
      case Op.View _, Op.Copy _, Op.Pad _, Op.OneHot _, Op.Random _, Op.FoldKey _ -> 1;
      case Op.Binary _, Op.Compare _, Op.Logical _, Op.MatMul _, Op.Gather _, Op.IndexSelect _ -> 2;
      case Op.Clamp _, Op.Where _, Op.ScatterAdd _, Op.IndexAdd _ -> 3;
      case Op.Concat _, Op.Custom _ ->
          throw new IllegalStateException("any number of inputs: " + op);
    };
  }

  // ---- Element types.

  private static TensorSpec needFloating(Op op, TensorSpec in) {
    if (!in.dtype().isFloating()) throw ShapeException.dtype(op.label(), in, "F32 or F64");
    return in;
  }

  private static TensorSpec needNumber(Op op, TensorSpec in) {
    boolean number = in.dtype().isFloating() || in.dtype().isInteger();
    if (!number) throw ShapeException.dtype(op.label(), in, "F32, F64, I32 or I64");
    return in;
  }

  private static TensorSpec needBool(Op op, TensorSpec in) {
    if (in.dtype() != BOOL) throw ShapeException.dtype(op.label(), in, "BOOL");
    return in;
  }

  private static void needIndex(Op op, TensorSpec in) {
    if (!in.dtype().isInteger()) throw ShapeException.dtype(op.label(), in, "an I32 or I64 index");
  }

  private static void needSame(Op op, TensorSpec left, TensorSpec right) {
    if (left.dtype() != right.dtype()) throw ShapeException.dtypes(op.label(), left, right);
  }

  private static TensorSpec needAxis(Op op, TensorSpec in, int axis) {
    checkAxis(op, in.shape(), axis);
    return in;
  }

  /**
   * Rejects also negative axes: what the methods of Tensor count from the last, attributes do not.
   */
  private static void checkAxis(Op op, Shape shape, int axis) {
    if (axis < 0 || axis >= shape.rank()) throw ShapeException.noSuchAxis(op.label(), shape, axis);
  }

  // ---- Shapes, in the order of the vocabulary.

  private static TensorSpec source(Op.Source op) {
    TensorSpec spec = op.spec();
    switch (op) {
      case Op.Fill fill -> needExact(spec, fill.value());
      case Op.Arange _ -> {
        needNumber(op, spec);
        if (spec.shape().rank() != 1)
          throw new ShapeException("arange: needs one axis, got %s", spec);
      }
    }
    return spec;
  }

  private static TensorSpec random(Op.Random op, TensorSpec key) {
    needKey(op, key);
    return needFloating(op, op.spec());
  }

  private static TensorSpec needKey(Op op, TensorSpec in) {
    if (in.dtype() != DType.I64 || !in.shape().equals(KEY)) {
      throw new ShapeException("%s: needs a key, I64%s, got %s", op.label(), KEY, in);
    }
    return in;
  }

  private static void needExact(TensorSpec spec, double value) {
    if (!holds(spec.dtype(), value)) throw ShapeException.notHeld("fill", spec, value);
  }

  /** Returns whether an element can be {@code value}, but for the rounding of real numbers. */
  static boolean holds(DType dtype, double value) {
    return switch (dtype) {
      case F32, F64, BF16, BOOL -> true;
      case I32 -> value == (int) value;
      case I64 -> value == (long) value && value < 0x1p63;
    };
  }

  private static TensorSpec unary(Op.Unary op, TensorSpec in) {
    return switch (op) {
      case Op.Negate _, Op.Abs _, Op.Relu _ -> needNumber(op, in);
      case Op.Exp _, Op.Expm1 _, Op.Log _, Op.Log1p _, Op.Sqrt _, Op.Reciprocal _ ->
          needFloating(op, in);
      case Op.Cube _, Op.Sin _, Op.Cos _, Op.Tanh _, Op.Sigmoid _, Op.Floor _, Op.Round _ ->
          needFloating(op, in);
      case Op.Silu _, Op.SiluSlope _, Op.GeluTanh _, Op.GeluTanhSlope _ -> needFloating(op, in);
      case Op.Erf _, Op.Gelu _, Op.GeluSlope _ -> needFloating(op, in);
    };
  }

  private static TensorSpec numbers(Op op, TensorSpec left, TensorSpec right) {
    needSame(op, left, right);
    return broadcast(op, needNumber(op, left), right);
  }

  private static TensorSpec broadcast(Op op, TensorSpec left, TensorSpec right) {
    return left.with(Shape.broadcast(op.label(), left.shape(), right.shape()));
  }

  private static TensorSpec where(TensorSpec condition, TensorSpec yes, TensorSpec no) {
    var op = new Op.Where();
    needBool(op, condition);
    needSame(op, yes, no);
    return broadcast(op, broadcast(op, yes, no), condition);
  }

  private static TensorSpec reduction(Op.Reduction op, TensorSpec in) {
    needNumber(op, in);
    Shape shape = in.shape();
    int previous = -1;
    for (int axis : op.axes()) {
      checkAxis(op, shape, axis);
      if (axis == previous)
        throw ShapeException.repeatedAxis(op.label(), shape, axis, Views.ints(op.axes()));
      if (axis < previous) throw ShapeException.unordered(op.label(), op.axes());
      previous = axis;
      if (!(op instanceof Op.Sum) && shape.dim(axis) == 0)
        throw ShapeException.emptyReduction(op.label(), shape, axis);
    }
    return in.with(reduced(shape, op.axes(), op.keepAxes()));
  }

  static Shape reduced(Shape shape, List<Integer> axes, boolean keepAxes) {
    Shape out = shape;
    for (int axis : axes.reversed()) out = keepAxes ? out.with(axis, 1) : out.without(axis);
    return out;
  }

  private static TensorSpec argument(Op op, TensorSpec in, int axis, boolean keepAxis) {
    needAxis(op, needNumber(op, in), axis);
    if (in.shape().dim(axis) == 0)
      throw ShapeException.emptyReduction(op.label(), in.shape(), axis);
    return new TensorSpec(I64, reduced(in.shape(), List.of(axis), keepAxis));
  }

  private static List<TensorSpec> ordered(TensorSpec values) {
    return List.of(values, values.with(I64));
  }

  private static TensorSpec topK(Op.TopK op, TensorSpec in) {
    needAxis(op, in, op.axis());
    if (op.k() < 0 || op.k() > in.shape().dim(op.axis())) {
      throw ShapeException.k(op.label(), op.k(), in.shape(), op.axis());
    }
    return in.with(in.shape().with(op.axis(), op.k()));
  }

  private static TensorSpec matmul(TensorSpec left, TensorSpec right) {
    var op = new Op.MatMul();
    needSame(op, left, right);
    needFloating(op, left);
    Shape a = left.shape();
    Shape b = right.shape();
    if (a.rank() < 2) throw ShapeException.rankAtLeast("matmul", 2, a);
    if (b.rank() < 2) throw ShapeException.rankAtLeast("matmul", 2, b);
    if (a.dim(-1) != b.dim(-2)) throw ShapeException.innerSizes(a, b);
    if (a.rank() == 2 && b.rank() == 2) return left.with(Shape.of(a.dim(0), b.dim(1)));
    Shape batch = Shape.broadcast("matmul", a.slice(0, a.rank() - 2), b.slice(0, b.rank() - 2));
    return left.with(batch.concat(Shape.of(a.dim(-2), b.dim(-1))));
  }

  private static Shape view(Op.View op, Shape in) {
    return switch (op) {
      case Op.Reshape reshape -> {
        if (reshape.shape().size() != in.size()) throw ShapeException.reshape(in, reshape.shape());
        yield reshape.shape();
      }
      case Op.Permute permute -> {
        int[] axes = Views.ints(permute.axes());
        if (!isOrder(axes, in.rank())) throw ShapeException.permutation(in, axes);
        yield in.permuted(axes);
      }
      case Op.Expand expand -> {
        if (!in.expandsTo(expand.shape())) throw ShapeException.notExpandable(in, expand.shape());
        yield expand.shape();
      }
      case Op.Slice(int axis, int start, int stop, int step) -> {
        checkAxis(op, in, axis);
        if (start < 0 || stop < start || stop > in.dim(axis) || step < 1) {
          throw ShapeException.sliceOutside(in, axis, start, stop, step);
        }
        yield in.with(axis, Layout.sliceSize(start, stop, step));
      }
      case Op.Alias _, Op.StopGradient _ -> in;
    };
  }

  private static boolean isOrder(int[] axes, int rank) {
    boolean[] seen = new boolean[rank];
    for (int axis : axes) {
      if (axis < 0 || axis >= rank || seen[axis]) return false;
      seen[axis] = true;
    }
    return axes.length == rank;
  }

  private static TensorSpec concat(Op.Concat op, List<TensorSpec> in) {
    if (in.isEmpty()) throw new ShapeException("concat: needs at least one tensor, got none");
    TensorSpec first = in.getFirst();
    needAxis(op, first, op.axis());
    long total = 0;
    for (TensorSpec each : in) {
      needSame(op, first, each);
      boolean fits =
          each.shape().rank() == first.shape().rank()
              && each.shape().without(op.axis()).equals(first.shape().without(op.axis()));
      if (!fits)
        throw ShapeException.concat(op.axis(), in.stream().map(TensorSpec::shape).toList());
      total += each.shape().dim(op.axis());
    }
    if (total > Integer.MAX_VALUE) throw ShapeException.axisTooLarge(op.label(), op.axis(), total);
    return first.with(first.shape().with(op.axis(), (int) total));
  }

  private static TensorSpec pad(Op.Pad op, TensorSpec in) {
    needAxis(op, in, op.axis());
    int count = in.shape().dim(op.axis());
    long last = op.start() + (count - 1L) * op.step();
    boolean fits =
        op.start() >= 0 && op.step() >= 1 && op.size() >= 0 && (count == 0 || last < op.size());
    if (!fits) throw ShapeException.padTooSmall(in.shape(), op);
    return in.with(in.shape().with(op.axis(), op.size()));
  }

  private static TensorSpec gather(Op.Gather op, TensorSpec source, TensorSpec index) {
    checkIndexShape(op, op.axis(), source, index);
    return source.with(index.shape());
  }

  private static void checkIndexShape(Op op, int axis, TensorSpec source, TensorSpec index) {
    needIndex(op, index);
    needAxis(op, source, axis);
    boolean fits = index.shape().rank() == source.shape().rank();
    for (int i = 0; fits && i < source.shape().rank(); i++) {
      fits = i == axis || index.shape().dim(i) <= source.shape().dim(i);
    }
    if (!fits) throw ShapeException.index(op.label(), source.shape(), index.shape(), axis);
  }

  private static TensorSpec scatterAdd(
      Op.ScatterAdd op, TensorSpec into, TensorSpec index, TensorSpec source) {
    needNumber(op, into);
    needSame(op, into, source);
    checkIndexShape(op, op.axis(), into, index);
    if (!source.shape().equals(index.shape())) {
      throw ShapeException.mismatch(op.label(), "source", index.shape(), source.shape());
    }
    return into;
  }

  private static TensorSpec indexSelect(Op op, int axis, TensorSpec source, TensorSpec index) {
    needIndex(op, index);
    needAxis(op, source, axis);
    Shape shape = source.shape();
    return source.with(
        shape.slice(0, axis).concat(index.shape()).concat(shape.slice(axis + 1, shape.rank())));
  }

  private static TensorSpec indexAdd(
      Op.IndexAdd op, TensorSpec into, TensorSpec index, TensorSpec source) {
    needNumber(op, into);
    needSame(op, into, source);
    Shape expected = indexSelect(op, op.axis(), into, index).shape();
    if (!source.shape().equals(expected))
      throw ShapeException.mismatch(op.label(), "source", expected, source.shape());
    return into;
  }

  private static TensorSpec oneHot(Op.OneHot op, TensorSpec in) {
    needIndex(op, in);
    if (op.classes() < 0)
      throw new ShapeException("oneHot: classes must not be negative, got %d", op.classes());
    return new TensorSpec(op.dtype(), in.shape().inserted(-1, op.classes()));
  }
}
