package dev.ashlar.autodiff;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The gradient table: vector-Jacobian products, one arm per operation. {@code g} is the gradient of
 * the loss in the output {@code y}; an arm says the gradient in each input, as a composition of
 * operations, so that it has a gradient too. Only what is wanted is computed; what broadcasting
 * stretched is summed again.
 *
 * <p>Where a function has a kink: the gradient of |x| and of max(x, 0) at 0 is 0; equal arguments
 * of a maximum or minimum share the gradient equally; at the bounds of clamp it is that of x.
 * Operations whose results are choices (comparisons, arg max, rounding) throw.
 */
final class Vjps {
  private Vjps() {}

  /** What stands for the gradient in an index or a condition: it is never wanted. */
  private static final Supplier<Tensor> NONE =
      () -> {
        throw new IllegalStateException("indices and conditions take no gradient");
      };

  /** Returns the gradient in each input, empty where none flows or none is wanted. */
  static List<Optional<Tensor>> vjp(Call call, List<Optional<Tensor>> dOutputs) {
    if (call.op() instanceof DifferentiableOp op) return op.vjp(call, zeroFilled(call, dOutputs));
    // Of operations with two results, the second are indices.
    Optional<Tensor> first = dOutputs.getFirst();
    if (first.isEmpty()) return call.inputs().stream().map(_ -> Optional.<Tensor>empty()).toList();
    Tensor g = first.get();
    return switch (call.op()) {
      case Op.Source _ -> List.of();
      case Op.Unary op -> each(call, () -> unary(op, call, g));
      case Op.Binary op -> binary(op, call, g);
      case Op.Reduction op -> each(call, () -> reduction(op, call, g));
      case Op.View op -> each(call, () -> view(op, call, g));

      case Op.Cast _ when Tape.carriesGradient(call.input(0)) ->
          each(call, () -> g.toType(call.input(0).dtype()));
      case Op.Cast op -> throw constant(op, "integers and truth values have no gradient");
      case Op.Not op -> throw constant(op, "truth values have no gradient");
      case Op.Logical op -> throw constant(op, "truth values have no gradient");
      case Op.Compare op -> throw constant(op, "a comparison has no gradient");
      case Op.ArgMax op -> throw constant(op, "an index has no gradient");
      case Op.ArgMin op -> throw constant(op, "an index has no gradient");
      case Op.OneHot op -> throw constant(op, "an index has no gradient");
      case Op.Random op -> throw constant(op, "a key has no gradient");
      case Op.FoldKey op -> throw constant(op, "a key has no gradient");

      case Op.Clamp _ -> clamp(call, g);
      case Op.Where _ -> where(call, g);
      case Op.Softmax(int axis) -> each(call, () -> softmax(call.output(0), g, axis));
      case Op.LogSoftmax(int axis) ->
          each(call, () -> g.minus(call.output(0).exp().times(g.sumKeep(axis))));
      case Op.CumSum(int axis, boolean reverse) ->
          each(call, () -> Interpreter.call(new Op.CumSum(axis, !reverse), g));
      case Op.Sort op -> each(call, () -> ordered(call, op.axis(), g));
      case Op.TopK op -> each(call, () -> ordered(call, op.axis(), g));
      case Op.MatMul _ -> matMul(call.input(0), call.input(1), call, g);

      case Op.Copy _ -> each(call, () -> g);
      case Op.Concat(int axis) -> concat(call, axis, g);
      case Op.Pad op -> each(call, () -> pad(op, call.input(0), g));
      case Op.Gather(int axis) ->
          each(
              call, () -> added(call, g, (to, dY) -> to.scatterAdd(axis, call.input(1), dY)), NONE);
      case Op.ScatterAdd(int axis) ->
          each(call, () -> g, NONE, () -> g.gather(axis, call.input(1)));
      case Op.IndexSelect(int axis) ->
          each(call, () -> added(call, g, (to, dY) -> to.indexAdd(axis, call.input(1), dY)), NONE);
      case Op.IndexAdd(int axis) ->
          each(call, () -> g, NONE, () -> g.indexSelect(axis, call.input(1)));

      case Op.Custom op -> throw new NoGradientException(op);
    };
  }

  /** Returns one zero in the place of all: a table's worth of them need not be stored and read. */
  private static Tensor zeros(Tensor like) {
    return zeros(like.dtype(), like.shape());
  }

  private static Tensor zeros(DType dtype, Shape shape) {
    return Tensor.zeros(dtype).expand(shape);
  }

  /**
   * Returns what {@code sum} makes of gradients. Those of BF16, which only stores, are added in F32
   * and rounded once.
   */
  private static Tensor summed(Tensor g, UnaryOperator<Tensor> sum) {
    if (g.dtype() != DType.BF16) return sum.apply(g);
    return sum.apply(g.toType(DType.F32)).toType(DType.BF16);
  }

  /** Returns zeros of the shape of the first input to which {@code add} adds gradients. */
  private static Tensor added(Call call, Tensor g, BinaryOperator<Tensor> add) {
    return summed(g, dY -> add.apply(zeros(dY.dtype(), call.input(0).shape()), dY));
  }

  private static Tensor unary(Op.Unary op, Call call, Tensor g) {
    Tensor x = call.input(0);
    Tensor y = call.output(0);
    return switch (op) {
      case Op.Negate _ -> g.unaryMinus();
      case Op.Abs _ -> x.greater(0).where(g, x.less(0).where(g.unaryMinus(), zeros(g)));
      case Op.Exp _ -> g.times(y);
      case Op.Expm1 _ -> g.times(y.plus(1));
      case Op.Log _ -> g.div(x);
      case Op.Log1p _ -> g.div(x.plus(1));
      case Op.Cube _ -> g.times(x.square()).times(3);
      case Op.Sqrt _ -> g.div(y.times(2));
      case Op.Reciprocal _ -> g.times(y.square()).unaryMinus();
      case Op.Sin _ -> g.times(x.cos());
      case Op.Cos _ -> g.times(x.sin()).unaryMinus();
      case Op.Tanh _ -> g.times(y.square().minus(1)).unaryMinus();
      case Op.Sigmoid _ -> g.times(y.minus(y.square()));
      case Op.Relu _ -> x.greater(0).where(g, zeros(g));
      case Op.Silu _ -> g.times(Interpreter.call(new Op.SiluSlope(), x));
      case Op.SiluSlope _ -> g.times(Gates.siluCurvature(x));
      case Op.Erf _ -> g.times(Gates.erfSlope(x));
      case Op.Gelu _ -> g.times(Interpreter.call(new Op.GeluSlope(), x));
      case Op.GeluSlope _ -> g.times(Gates.geluCurvature(x));
      case Op.GeluTanh _ -> g.times(Interpreter.call(new Op.GeluTanhSlope(), x));
      case Op.GeluTanhSlope _ -> g.times(Gates.geluTanhCurvature(x));
      case Op.Floor _ -> throw constant(op, "rounding has no gradient");
      case Op.Round _ -> throw constant(op, "rounding has no gradient");
    };
  }

  private static List<Optional<Tensor>> binary(Op.Binary op, Call call, Tensor g) {
    Tensor a = call.input(0);
    Tensor b = call.input(1);
    Tensor y = call.output(0);
    return switch (op) {
      case Op.Plus _ -> each(call, () -> g, () -> g);
      case Op.Minus _ -> each(call, () -> g, g::unaryMinus);
      case Op.Times _ -> each(call, () -> g.times(b), () -> g.times(a));
      case Op.Div _ -> each(call, () -> g.div(b), () -> g.times(y).div(b).unaryMinus());
      case Op.Rem _ -> each(call, () -> g, () -> g.times(quotient(a, b, y)).unaryMinus());
      case Op.Pow _ -> each(call, () -> powBase(a, b, g), () -> powExponent(a, b, y, g));
      case Op.Maximum _ ->
          each(call, () -> share(a.greater(b), a, b, g), () -> share(b.greater(a), a, b, g));
      case Op.Minimum _ ->
          each(call, () -> share(a.less(b), a, b, g), () -> share(b.less(a), a, b, g));
    };
  }

  /** Returns a / b cut towards 0, which is constant between jumps: a = b · quotient + remainder. */
  private static Tensor quotient(Tensor a, Tensor b, Tensor remainder) {
    return a.minus(remainder).div(b).stopGradient().round();
  }

  /**
   * Returns g · b · a^(b-1), and 0 for an exponent of 0, whatever a is: a^0 is 1. Where 1 / a is
   * finite that comes out by itself, and so does the gradient of this in b.
   */
  private static Tensor powBase(Tensor a, Tensor b, Tensor g) {
    Tensor finite = a.stopGradient().reciprocal().times(0).equalTo(0); // ∞ · 0 is NaN
    Tensor constant = b.equalTo(0).and(finite.not());
    return g.times(b).times(constant.where(zeros(g), a.pow(b.minus(1))));
  }

  /** Returns g · a^b · log a, and 0 where a is 0 and b is not below: there 0^b does not change. */
  private static Tensor powExponent(Tensor a, Tensor b, Tensor y, Tensor g) {
    Tensor constant = a.equalTo(0).and(b.greaterOrEqual(0));
    return g.times(y).times(a.maskedFill(constant, 1).log());
  }

  /** Returns g where {@code chosen}, g / 2 where both arguments are equal, else 0. */
  private static Tensor share(Tensor chosen, Tensor a, Tensor b, Tensor g) {
    return chosen.where(g, a.equalTo(b).where(g.times(0.5), zeros(g)));
  }

  /** Returns g for the input that the result is; at a bound that is x. */
  private static List<Optional<Tensor>> clamp(Call call, Tensor g) {
    Tensor x = call.input(0);
    Tensor low = call.input(1);
    Tensor high = call.input(2);
    return each(
        call,
        () -> x.greaterOrEqual(low).and(x.lessOrEqual(high)).where(g, zeros(g)),
        () -> x.less(low).and(low.lessOrEqual(high)).where(g, zeros(g)),
        () -> x.maximum(low).greater(high).where(g, zeros(g)));
  }

  private static List<Optional<Tensor>> where(Call call, Tensor g) {
    Tensor condition = call.input(0);
    return each(call, NONE, () -> condition.where(g, zeros(g)), () -> condition.where(zeros(g), g));
  }

  private static Tensor reduction(Op.Reduction op, Call call, Tensor g) {
    Tensor x = call.input(0);
    Shape kept = x.shape();
    for (int axis : op.axes()) kept = kept.with(axis, 1);
    Tensor dKept = g.reshape(kept);
    return switch (op) {
      case Op.Sum _ -> dKept.expand(x.shape());
      case Op.Max _ -> chosen(op, x, call.output(0).reshape(kept), dKept);
      case Op.Min _ -> chosen(op, x, call.output(0).reshape(kept), dKept);
    };
  }

  /** Returns g, divided among the elements that equal the extremum. */
  private static Tensor chosen(Op.Reduction op, Tensor x, Tensor extremum, Tensor g) {
    Tensor chosen = x.stopGradient().equalTo(extremum.stopGradient());
    Tensor count = Interpreter.call(new Op.Sum(op.axes(), true), chosen.toType(x.dtype()));
    return chosen.where(g.div(count), zeros(x));
  }

  private static Tensor softmax(Tensor y, Tensor g, int axis) {
    return y.times(g.minus(g.times(y).sumKeep(axis)));
  }

  private static Tensor ordered(Call call, int axis, Tensor g) {
    return zeros(call.input(0)).scatterAdd(axis, call.output(1), g);
  }

  private static List<Optional<Tensor>> matMul(Tensor a, Tensor b, Call call, Tensor g) {
    return each(
        call,
        () -> g.matmul(b.transpose()), // [..., M, N] @ [..., N, K] -> [..., M, K]
        () -> {
          // A matrix b serves every batch entry: one product over all rows, instead of one per
          // entry and a sum.
          boolean shared = b.rank() == 2 && a.rank() > 2;
          Tensor rows = shared ? rows(a) : a;
          Tensor dRows = shared ? rows(g) : g;
          // In the layout of b, so that the gradient of a transposed weight is row-major once
          // transposed back.
          return isTransposed(b)
              ? dRows.transpose().matmul(rows).transpose()
              : rows.transpose().matmul(dRows); // [..., K, M] @ [..., M, N] -> [..., K, N]
        });
  }

  private static Tensor rows(Tensor x) {
    int last = x.dim(-1);
    int count = 1;
    for (int axis = 0; axis < x.rank() - 1; axis++) count = Math.multiplyExact(count, x.dim(axis));
    return x.reshape(count, last);
  }

  private static boolean isTransposed(Tensor x) {
    return x.layout().strideElements(-2) == 1 && x.layout().strideElements(-1) != 1;
  }

  private static Tensor view(Op.View op, Call call, Tensor g) {
    Tensor x = call.input(0);
    return switch (op) {
      case Op.Reshape _ -> g.reshape(x.shape());
      case Op.Permute(List<Integer> axes) -> g.permute(inverse(axes));
      case Op.Expand _ -> g;
      case Op.Slice(int axis, int start, int _, int step) ->
          Interpreter.call(new Op.Pad(axis, start, step, x.dim(axis)), g);
      case Op.Alias _ -> g;
      case Op.StopGradient _ -> throw new IllegalStateException("never recorded: " + op);
    };
  }

  private static int[] inverse(List<Integer> axes) {
    int[] inverse = new int[axes.size()];
    for (int i = 0; i < inverse.length; i++) inverse[axes.get(i)] = i;
    return inverse;
  }

  private static Tensor pad(Op.Pad op, Tensor x, Tensor g) {
    int count = x.dim(op.axis());
    if (count == 0) return x.zerosLike();
    int stop = op.start() + (count - 1) * op.step() + 1;
    return g.slice(op.axis(), op.start(), stop, op.step());
  }

  private static List<Optional<Tensor>> concat(Call call, int axis, Tensor g) {
    List<Supplier<Tensor>> rules = new ArrayList<>();
    int from = 0;
    for (Tensor part : call.inputs()) {
      int start = from;
      int stop = from + part.dim(axis);
      rules.add(() -> g.slice(axis, start, stop));
      from = stop;
    }
    return each(call, rules);
  }

  // ---- Between the rules and the engine.

  private static NotDifferentiableException constant(Op op, String why) {
    return new NotDifferentiableException(op, why);
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  private static List<Optional<Tensor>> each(Call call, Supplier<Tensor>... rules) {
    return each(call, List.of(rules));
  }

  private static List<Optional<Tensor>> each(Call call, List<Supplier<Tensor>> rules) {
    List<Optional<Tensor>> gradients = new ArrayList<>(rules.size());
    for (int i = 0; i < rules.size(); i++) {
      gradients.add(
          call.needs(i)
              ? Optional.of(summedTo(call.input(i).shape(), rules.get(i).get()))
              : Optional.empty());
    }
    return gradients;
  }

  /**
   * Returns the gradient summed over the axes along which broadcasting stretched an input of this
   * shape.
   */
  static Tensor summedTo(Shape shape, Tensor g) {
    if (g.shape().equals(shape)) return g;
    int added = g.rank() - shape.rank();
    List<Integer> axes =
        IntStream.range(0, g.rank())
            .filter(axis -> axis < added || shape.dim(axis - added) == 1 && g.dim(axis) != 1)
            .boxed()
            .toList();
    return summed(g, dY -> Interpreter.call(new Op.Sum(axes, true), dY)).reshape(shape);
  }

  private static List<Tensor> zeroFilled(Call call, List<Optional<Tensor>> dOutputs) {
    List<Tensor> filled = new ArrayList<>(dOutputs.size());
    for (int i = 0; i < dOutputs.size(); i++) {
      Tensor output = call.output(i);
      filled.add(dOutputs.get(i).orElseGet(output::zerosLike));
    }
    return filled;
  }
}
