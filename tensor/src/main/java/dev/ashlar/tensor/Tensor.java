package dev.ashlar.tensor;

import static dev.ashlar.tensor.Op.Comparison.EQUAL;
import static dev.ashlar.tensor.Op.Comparison.GREATER;
import static dev.ashlar.tensor.Op.Comparison.GREATER_OR_EQUAL;
import static dev.ashlar.tensor.Op.Comparison.LESS;
import static dev.ashlar.tensor.Op.Comparison.LESS_OR_EQUAL;
import static dev.ashlar.tensor.Op.Comparison.NOT_EQUAL;

import dev.ashlar.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Numbers in a rectangle of any rank: an immutable value. Every method calls one operation by the
 * current {@link Interpreter}, or composes a few; results belong to the innermost {@link
 * TensorScope}. Axes may be negative: -1 is the last. Operands of a binary method must have one
 * element type; their shapes broadcast.
 *
 * <p>Every method throws {@link ShapeException} for shapes or element types it cannot take, and
 * {@link TensorLifetimeException} if an input was freed.
 */
public final class Tensor {
  private final DType dtype;
  private final Layout layout;
  private final Storage storage;
  private final int epoch;

  private Tensor(DType dtype, Layout layout, Storage storage, int epoch) {
    this.dtype = dtype;
    this.layout = layout;
    this.storage = storage;
    this.epoch = epoch;
  }

  // ---- Making tensors.

  /** Returns an F32 vector [n]. */
  public static Tensor of(float... values) {
    return of(Shape.of(values.length), values);
  }

  /** Returns an F32 tensor of a shape from numbers in row-major order. */
  public static Tensor of(Shape shape, float... values) {
    return TensorData.of(shape, values);
  }

  /** Returns an F64 vector [n]. */
  public static Tensor of(double... values) {
    return of(Shape.of(values.length), values);
  }

  /** Returns an F64 tensor of a shape from numbers in row-major order. */
  public static Tensor of(Shape shape, double... values) {
    return TensorData.of(shape, values);
  }

  /** Returns an I32 vector [n]. */
  public static Tensor of(int... values) {
    return of(Shape.of(values.length), values);
  }

  /** Returns an I32 tensor of a shape from numbers in row-major order. */
  public static Tensor of(Shape shape, int... values) {
    return TensorData.of(shape, values);
  }

  /** Returns an I64 vector [n]. */
  public static Tensor of(long... values) {
    return of(Shape.of(values.length), values);
  }

  /** Returns an I64 tensor of a shape from numbers in row-major order. */
  public static Tensor of(Shape shape, long... values) {
    return TensorData.of(shape, values);
  }

  /** Returns a BOOL vector [n]. */
  public static Tensor of(boolean... values) {
    return of(Shape.of(values.length), values);
  }

  /** Returns a BOOL tensor of a shape from truth values in row-major order. */
  public static Tensor of(Shape shape, boolean... values) {
    return TensorData.of(shape, values);
  }

  /** Returns a single number [] of an element type. */
  public static Tensor scalar(DType dtype, double value) {
    return full(dtype, value);
  }

  /** Returns a single whole number [] of an element type. */
  public static Tensor scalar(DType dtype, long value) {
    return full(dtype, value);
  }

  /** Returns a tensor whose elements are all {@code value}. */
  public static Tensor full(DType dtype, double value, int... dims) {
    return Interpreter.call(new Op.Fill(new TensorSpec(dtype, Shape.of(dims)), value));
  }

  /** Returns a tensor whose elements are all {@code value}; I64 holds every one exactly. */
  public static Tensor full(DType dtype, long value, int... dims) {
    return Scalars.full("fill", new TensorSpec(dtype, Shape.of(dims)), value);
  }

  /** Returns a tensor of zeros. */
  public static Tensor zeros(DType dtype, int... dims) {
    return full(dtype, 0, dims);
  }

  /** Returns a tensor of ones. */
  public static Tensor ones(DType dtype, int... dims) {
    return full(dtype, 1, dims);
  }

  /** Returns zeros of this tensor's shape and element type. */
  public Tensor zerosLike() {
    return Interpreter.call(new Op.Fill(spec(), 0));
  }

  /** Returns 0, 1, … [size]. */
  public static Tensor arange(DType dtype, int size) {
    return Interpreter.call(new Op.Arange(new TensorSpec(dtype, Shape.of(size))));
  }

  /**
   * Returns {@code count} numbers from {@code first} to {@code last}, both included, at equal
   * distances [count]; {@code first} alone if {@code count} is 1. Integers need whole distances.
   */
  public static Tensor linspace(DType dtype, double first, double last, int count) {
    return TensorMath.linspace(dtype, first, last, count);
  }

  /** Returns the identity matrix [n, n]. */
  public static Tensor eye(DType dtype, int n) {
    return arange(DType.I32, n).oneHot(n, dtype);
  }

  /** Returns numbers uniform in [0, 1). */
  public static Tensor uniform(Key key, DType dtype, int... dims) {
    return uniform(KeyTensor.of(key), dtype, dims);
  }

  /** Returns numbers uniform in [0, 1). */
  public static Tensor uniform(KeyTensor key, DType dtype, int... dims) {
    return Interpreter.call(new Op.Uniform(new TensorSpec(dtype, Shape.of(dims))), key.bits());
  }

  /** Returns numbers from a standard normal distribution. */
  public static Tensor normal(Key key, DType dtype, int... dims) {
    return normal(KeyTensor.of(key), dtype, dims);
  }

  /** Returns numbers from a standard normal distribution. */
  public static Tensor normal(KeyTensor key, DType dtype, int... dims) {
    return Interpreter.call(new Op.Normal(new TensorSpec(dtype, Shape.of(dims))), key.bits());
  }

  /** Returns a BOOL mask that is true with probability {@code keep}, as dropout needs it. */
  public static Tensor dropoutMask(Key key, double keep, int... dims) {
    return dropoutMask(KeyTensor.of(key), keep, dims);
  }

  /** Returns a BOOL mask that is true with probability {@code keep}, as dropout needs it. */
  public static Tensor dropoutMask(KeyTensor key, double keep, int... dims) {
    return TensorMath.dropoutMask(key, keep, dims);
  }

  // ---- What it is.

  /** Returns the element type. */
  public DType dtype() {
    return dtype;
  }

  /** Returns the sizes of the axes. */
  public Shape shape() {
    return layout.shape();
  }

  /** Returns the number of axes. */
  public int rank() {
    return layout.rank();
  }

  /** Returns the size of an axis. */
  public int dim(int axis) {
    return shape().dim(axis);
  }

  /** Returns the number of elements. */
  public long size() {
    return shape().size();
  }

  /** Returns element type and shape. */
  public TensorSpec spec() {
    return new TensorSpec(dtype, shape());
  }

  /** Returns where the elements lie in memory. */
  public Layout layout() {
    return layout;
  }

  // ---- Reading numbers.

  /** Returns the elements in row-major order as floats. */
  public float[] toFloats() {
    return TensorData.toFloats(this);
  }

  /** Returns the elements in row-major order as doubles. */
  public double[] toDoubles() {
    return TensorData.toDoubles(this);
  }

  /**
   * Returns the elements in row-major order as ints, cut towards 0.
   *
   * @throws ArithmeticException naming the first that is NaN or does not fit, and its position
   */
  public int[] toInts() {
    return TensorData.toInts(this);
  }

  /** Returns the elements in row-major order as longs, cut towards 0. */
  public long[] toLongs() {
    return TensorData.toLongs(this);
  }

  /** Returns the elements in row-major order as truth values: whether they differ from 0. */
  public boolean[] toBooleans() {
    return TensorData.toBooleans(this);
  }

  /** Returns the only element; throws {@link ShapeException} if there are more or fewer. */
  public double item() {
    if (size() != 1)
      throw new ShapeException("item: needs exactly one element, got shape %s", shape());
    return TensorData.read(this, operand -> operand.getDouble(layout.offsetElements()));
  }

  /**
   * Calls {@code reader} with this tensor's memory, read-only, which stays valid during the call
   * and no longer.
   */
  public <R> R read(Function<Operand, R> reader) {
    return TensorData.read(this, reader);
  }

  /** Returns element type, shape and, of small tensors, the numbers. */
  @Override
  public String toString() {
    return TensorData.describe(this);
  }

  // ---- Elementwise.

  /** Returns -x. */
  public Tensor unaryMinus() {
    return Interpreter.call(new Op.Negate(), this);
  }

  /** Returns |x|. */
  public Tensor abs() {
    return Interpreter.call(new Op.Abs(), this);
  }

  /** Returns e^x. */
  public Tensor exp() {
    return Interpreter.call(new Op.Exp(), this);
  }

  /** Returns e^x - 1, exact near 0. */
  public Tensor expm1() {
    return Interpreter.call(new Op.Expm1(), this);
  }

  /** Returns the natural logarithm. */
  public Tensor log() {
    return Interpreter.call(new Op.Log(), this);
  }

  /** Returns log(1 + x), exact near 0. */
  public Tensor log1p() {
    return Interpreter.call(new Op.Log1p(), this);
  }

  /** Returns the square root. */
  public Tensor sqrt() {
    return Interpreter.call(new Op.Sqrt(), this);
  }

  /** Returns 1 / sqrt(x). */
  public Tensor rsqrt() {
    return sqrt().reciprocal();
  }

  /** Returns 1 / x. */
  public Tensor reciprocal() {
    return Interpreter.call(new Op.Reciprocal(), this);
  }

  /** Returns the sine of radians. */
  public Tensor sin() {
    return Interpreter.call(new Op.Sin(), this);
  }

  /** Returns the cosine of radians. */
  public Tensor cos() {
    return Interpreter.call(new Op.Cos(), this);
  }

  /** Returns the hyperbolic tangent. */
  public Tensor tanh() {
    return Interpreter.call(new Op.Tanh(), this);
  }

  /** Returns 1 / (1 + e^-x). */
  public Tensor sigmoid() {
    return Interpreter.call(new Op.Sigmoid(), this);
  }

  /** Returns x · sigmoid(x). */
  public Tensor silu() {
    return Interpreter.call(new Op.Silu(), this);
  }

  /** Returns max(x, 0). */
  public Tensor relu() {
    return Interpreter.call(new Op.Relu(), this);
  }

  /** Returns the error function. */
  public Tensor erf() {
    return Interpreter.call(new Op.Erf(), this);
  }

  /**
   * Returns the Gaussian error linear unit x · Φ(x) (Hendrycks and Gimpel, arXiv 1606.08415), as
   * PyTorch's {@code gelu} is unless told otherwise.
   */
  public Tensor gelu() {
    return Interpreter.call(new Op.Gelu(), this);
  }

  /**
   * Returns what comes near {@link #gelu}, by tanh (section 2 there): GPT-2's {@code gelu_new},
   * PyTorch's {@code approximate="tanh"}.
   */
  public Tensor geluTanh() {
    return Interpreter.call(new Op.GeluTanh(), this);
  }

  /** Returns x². */
  public Tensor square() {
    return times(this);
  }

  /** Returns the greatest whole numbers not above x. */
  public Tensor floor() {
    return Interpreter.call(new Op.Floor(), this);
  }

  /** Returns the nearest whole numbers, ties to even. */
  public Tensor round() {
    return Interpreter.call(new Op.Round(), this);
  }

  /**
   * Returns x limited to {@code low} .. {@code high}, all broadcast, and {@code high} where that is
   * below {@code low}; NaN if one is NaN.
   */
  public Tensor clamp(Tensor low, Tensor high) {
    return Interpreter.call(new Op.Clamp(), this, low, high);
  }

  /** Returns x limited to {@code low} .. {@code high}. */
  public Tensor clamp(double low, double high) {
    return clamp(like("clamp", low), like("clamp", high));
  }

  /** Returns x limited to {@code low} .. {@code high}. */
  public Tensor clamp(Number low, Number high) {
    return clamp(like("clamp", low), like("clamp", high));
  }

  /** Returns the logical negation of a BOOL tensor. */
  public Tensor not() {
    return Interpreter.call(new Op.Not(), this);
  }

  /** Returns the same numbers as another element type. */
  public Tensor toType(DType target) {
    return target == dtype ? this : Interpreter.call(new Op.Cast(target), this);
  }

  /** Returns x + y. */
  public Tensor plus(Tensor other) {
    return Interpreter.call(new Op.Plus(), this, other);
  }

  /** Returns x + y. */
  public Tensor plus(double other) {
    return plus(like("plus", other));
  }

  /** Returns x + y. */
  public Tensor plus(Number other) {
    return plus(like("plus", other));
  }

  /** Returns x - y. */
  public Tensor minus(Tensor other) {
    return Interpreter.call(new Op.Minus(), this, other);
  }

  /** Returns x - y. */
  public Tensor minus(double other) {
    return minus(like("minus", other));
  }

  /** Returns x - y. */
  public Tensor minus(Number other) {
    return minus(like("minus", other));
  }

  /** Returns x · y, element by element. */
  public Tensor times(Tensor other) {
    return Interpreter.call(new Op.Times(), this, other);
  }

  /** Returns x · y, element by element. */
  public Tensor times(double other) {
    return times(like("times", other));
  }

  /** Returns x · y, element by element. */
  public Tensor times(Number other) {
    return times(like("times", other));
  }

  /** Returns x / y; of integers cut towards 0, and an ArithmeticException for division by 0. */
  public Tensor div(Tensor other) {
    return Interpreter.call(new Op.Div(), this, other);
  }

  /** Returns x / y. */
  public Tensor div(double other) {
    return div(like("div", other));
  }

  /** Returns x / y. */
  public Tensor div(Number other) {
    return div(like("div", other));
  }

  /** Returns the remainder of x / y, with the sign of x. */
  public Tensor rem(Tensor other) {
    return Interpreter.call(new Op.Rem(), this, other);
  }

  /** Returns the remainder of x / y, with the sign of x. */
  public Tensor rem(double other) {
    return rem(like("rem", other));
  }

  /** Returns the remainder of x / y, with the sign of x. */
  public Tensor rem(Number other) {
    return rem(like("rem", other));
  }

  /** Returns x^y. */
  public Tensor pow(Tensor other) {
    return Interpreter.call(new Op.Pow(), this, other);
  }

  /** Returns x^y, of F32 and F64 as a product for the exponents 2 and 3. */
  public Tensor pow(double other) {
    return TensorMath.pow(this, other);
  }

  /** Returns x^y. */
  public Tensor pow(Number other) {
    return dtype.isInteger() ? pow(like("pow", other)) : pow(other.doubleValue());
  }

  /** Returns the greater of x and y. */
  public Tensor maximum(Tensor other) {
    return Interpreter.call(new Op.Maximum(), this, other);
  }

  /** Returns the lesser of x and y. */
  public Tensor minimum(Tensor other) {
    return Interpreter.call(new Op.Minimum(), this, other);
  }

  /** Returns {@code value} as a scalar of this element type; throws if it cannot hold the value. */
  private Tensor like(String op, double value) {
    return Scalars.beside(op, spec(), value);
  }

  /** Returns {@code value} as a scalar of this element type; throws if it cannot hold the value. */
  private Tensor like(String op, Number value) {
    return Scalars.beside(op, spec(), value);
  }

  // ---- Comparison and selection: BOOL results.

  /** Returns whether x = y. */
  public Tensor equalTo(Tensor other) {
    return Interpreter.call(new Op.Compare(EQUAL), this, other);
  }

  /** Returns whether x = y. */
  public Tensor equalTo(double other) {
    return equalTo(like("equalTo", other));
  }

  /** Returns whether x = y. */
  public Tensor equalTo(Number other) {
    return equalTo(like("equalTo", other));
  }

  /** Returns whether x differs from y. */
  public Tensor notEqualTo(Tensor other) {
    return Interpreter.call(new Op.Compare(NOT_EQUAL), this, other);
  }

  /** Returns whether x differs from y. */
  public Tensor notEqualTo(double other) {
    return notEqualTo(like("notEqualTo", other));
  }

  /** Returns whether x differs from y. */
  public Tensor notEqualTo(Number other) {
    return notEqualTo(like("notEqualTo", other));
  }

  /** Returns whether x < y. */
  public Tensor less(Tensor other) {
    return Interpreter.call(new Op.Compare(LESS), this, other);
  }

  /** Returns whether x < y. */
  public Tensor less(double other) {
    return less(like("less", other));
  }

  /** Returns whether x < y. */
  public Tensor less(Number other) {
    return less(like("less", other));
  }

  /** Returns whether x <= y. */
  public Tensor lessOrEqual(Tensor other) {
    return Interpreter.call(new Op.Compare(LESS_OR_EQUAL), this, other);
  }

  /** Returns whether x <= y. */
  public Tensor lessOrEqual(double other) {
    return lessOrEqual(like("lessOrEqual", other));
  }

  /** Returns whether x <= y. */
  public Tensor lessOrEqual(Number other) {
    return lessOrEqual(like("lessOrEqual", other));
  }

  /** Returns whether x > y. */
  public Tensor greater(Tensor other) {
    return Interpreter.call(new Op.Compare(GREATER), this, other);
  }

  /** Returns whether x > y. */
  public Tensor greater(double other) {
    return greater(like("greater", other));
  }

  /** Returns whether x > y. */
  public Tensor greater(Number other) {
    return greater(like("greater", other));
  }

  /** Returns whether x >= y. */
  public Tensor greaterOrEqual(Tensor other) {
    return Interpreter.call(new Op.Compare(GREATER_OR_EQUAL), this, other);
  }

  /** Returns whether x >= y. */
  public Tensor greaterOrEqual(double other) {
    return greaterOrEqual(like("greaterOrEqual", other));
  }

  /** Returns whether x >= y. */
  public Tensor greaterOrEqual(Number other) {
    return greaterOrEqual(like("greaterOrEqual", other));
  }

  /** Returns x and y, both BOOL. */
  public Tensor and(Tensor other) {
    return Interpreter.call(new Op.Logical(Op.Connective.AND), this, other);
  }

  /** Returns x or y, both BOOL. */
  public Tensor or(Tensor other) {
    return Interpreter.call(new Op.Logical(Op.Connective.OR), this, other);
  }

  /** Returns whether exactly one of x and y is true, both BOOL. */
  public Tensor xor(Tensor other) {
    return Interpreter.call(new Op.Logical(Op.Connective.XOR), this, other);
  }

  /** Returns {@code yes} where this BOOL tensor is true, else {@code no}; all three broadcast. */
  public Tensor where(Tensor yes, Tensor no) {
    return Interpreter.call(new Op.Where(), this, yes, no);
  }

  /** Returns this tensor with {@code value} wherever {@code mask} is true. */
  public Tensor maskedFill(Tensor mask, double value) {
    return mask.where(like("maskedFill", value), this);
  }

  /** Returns this tensor with {@code value} wherever {@code mask} is true. */
  public Tensor maskedFill(Tensor mask, Number value) {
    return mask.where(like("maskedFill", value), this);
  }

  // ---- Reductions; without axes, over all of them.

  /** Returns the sum over axes, which vanish. */
  public Tensor sum(int... axes) {
    return Interpreter.call(new Op.Sum(axes("sum", axes), false), this);
  }

  /** Returns the sum over axes, which stay with size 1. */
  public Tensor sumKeep(int... axes) {
    return Interpreter.call(new Op.Sum(axes("sum", axes), true), this);
  }

  /** Returns the mean over axes, which vanish. */
  public Tensor mean(int... axes) {
    return TensorMath.mean(this, axes("mean", axes), false);
  }

  /** Returns the mean over axes, which stay with size 1. */
  public Tensor meanKeep(int... axes) {
    return TensorMath.mean(this, axes("mean", axes), true);
  }

  /** Returns the variance (dividing by the count) over axes, which vanish. */
  public Tensor variance(int... axes) {
    return TensorMath.variance(this, axes("variance", axes));
  }

  /** Returns the greatest over axes, which vanish. */
  public Tensor max(int... axes) {
    return Interpreter.call(new Op.Max(axes("max", axes), false), this);
  }

  /** Returns the greatest over axes, which stay with size 1. */
  public Tensor maxKeep(int... axes) {
    return Interpreter.call(new Op.Max(axes("max", axes), true), this);
  }

  /** Returns the least over axes, which vanish. */
  public Tensor min(int... axes) {
    return Interpreter.call(new Op.Min(axes("min", axes), false), this);
  }

  /** Returns the product over axes, which vanish. */
  public Tensor prod(int... axes) {
    return TensorMath.prod(this, axes("prod", axes));
  }

  /** Returns log of the sum of e^x over an axis, which vanishes. */
  public Tensor logSumExp(int axis) {
    return TensorMath.logSumExp(this, axis("logSumExp", axis));
  }

  /** Returns whether any element of a BOOL tensor is true, over axes, which vanish. */
  public Tensor any(int... axes) {
    return TensorMath.any(this, axes("any", axes));
  }

  /** Returns whether all elements of a BOOL tensor are true, over axes, which vanish. */
  public Tensor all(int... axes) {
    return TensorMath.all(this, axes("all", axes));
  }

  /** Returns where along an axis the greatest stands, as I64. */
  public Tensor argMax(int axis) {
    return Interpreter.call(new Op.ArgMax(axis("argMax", axis), false), this);
  }

  /** Returns where along an axis the least stands, as I64. */
  public Tensor argMin(int axis) {
    return Interpreter.call(new Op.ArgMin(axis("argMin", axis), false), this);
  }

  // ---- Along an axis.

  /** Returns e^x / sum of e^x along an axis. */
  public Tensor softmax(int axis) {
    return Interpreter.call(new Op.Softmax(axis("softmax", axis)), this);
  }

  /** Returns the logarithm of the softmax along an axis. */
  public Tensor logSoftmax(int axis) {
    return Interpreter.call(new Op.LogSoftmax(axis("logSoftmax", axis)), this);
  }

  /** Returns running sums along an axis. */
  public Tensor cumSum(int axis) {
    return Interpreter.call(new Op.CumSum(axis("cumSum", axis), false), this);
  }

  /** Returns values along an axis in order, and where they stood (I64). */
  public Ordered sort(int axis, boolean descending) {
    return Ordered.of(Interpreter.callAll(new Op.Sort(axis("sort", axis), descending), this));
  }

  /** Returns the k greatest along an axis in descending order, and where they stood (I64). */
  public Ordered topK(int k, int axis) {
    return Ordered.of(Interpreter.callAll(new Op.TopK(axis("topK", axis), k, true), this));
  }

  /** Values in order, and the indices (I64) at which they stood. */
  public record Ordered(Tensor values, Tensor indices) {
    private static Ordered of(List<Tensor> results) {
      return new Ordered(results.get(0), results.get(1));
    }
  }

  // ---- Products.

  /**
   * Returns the matrix product: [..., M, K] @ [..., K, N] -> [..., M, N]; leading axes broadcast.
   */
  public Tensor matmul(Tensor other) {
    return Interpreter.call(new Op.MatMul(), this, other);
  }

  /** Returns the Einstein sum of an equation such as {@code "bhtd,bhsd->bhts"}. */
  public static Tensor einsum(String equation, Tensor... operands) {
    return Einsum.of(equation, List.of(operands));
  }

  // ---- Views: no numbers are copied.

  /**
   * Returns the elements under another shape; one size may be -1. Copies where strides do not allow
   * a view.
   */
  public Tensor reshape(int... dims) {
    return Interpreter.call(new Op.Reshape(TensorMath.inferSize(shape(), dims)), this);
  }

  /** Returns the elements under another shape. Copies where strides do not allow a view. */
  public Tensor reshape(Shape shape) {
    return Interpreter.call(new Op.Reshape(shape), this);
  }

  /** Returns the axes in another order. */
  public Tensor permute(int... axes) {
    List<Integer> order = new ArrayList<>(axes.length);
    for (int axis : axes) {
      int at = axis("permute", axis);
      if (order.contains(at)) throw ShapeException.repeatedAxis("permute", shape(), at, axes);
      order.add(at);
    }
    return Interpreter.call(new Op.Permute(order), this);
  }

  /** Returns the tensor with its last two axes exchanged. */
  public Tensor transpose() {
    if (rank() < 2) throw ShapeException.rankAtLeast("transpose", 2, shape());
    return transpose(-2, -1);
  }

  /** Returns the tensor with two axes exchanged. */
  public Tensor transpose(int axis0, int axis1) {
    int[] order = new int[rank()];
    Arrays.setAll(order, i -> i);
    order[axis("transpose", axis0)] = axis("transpose", axis1);
    order[axis("transpose", axis1)] = axis("transpose", axis0);
    return permute(order);
  }

  /** Returns the tensor stretched along axes of size 1. */
  public Tensor expand(int... dims) {
    return expand(Shape.of(dims));
  }

  /** Returns the tensor stretched along axes of size 1. */
  public Tensor expand(Shape shape) {
    return Interpreter.call(new Op.Expand(shape), this);
  }

  /**
   * Returns elements {@code start} (inclusive) to {@code stop} (exclusive) of an axis; negatives
   * count from its end.
   */
  public Tensor slice(int axis, int start, int stop) {
    return slice(axis, start, stop, 1);
  }

  /** Returns every {@code step}-th element from {@code start} below {@code stop} of an axis. */
  public Tensor slice(int axis, int start, int stop, int step) {
    int at = axis("slice", axis);
    int size = shape().dim(at);
    int from = start < 0 ? start + size : start;
    int to = stop < 0 ? stop + size : stop;
    return Interpreter.call(new Op.Slice(at, from, to, step), this);
  }

  /**
   * Returns element {@code index} of an axis, which vanishes; a negative index counts from its end.
   */
  public Tensor select(int axis, int index) {
    int at = axis("select", axis);
    int size = shape().dim(at);
    int from = index < 0 ? index + size : index;
    if (from < 0 || from >= size) throw ShapeException.noSuchIndex("select", shape(), at, index);
    return slice(at, from, from + 1).reshape(shape().without(at));
  }

  /** Returns the part at these indices of the first axes: of a matrix, {@code get(i)} is a row. */
  public Tensor get(int... indices) {
    Tensor part = this;
    for (int index : indices) part = part.select(0, index);
    return part;
  }

  /** Returns the part that one range per leading axis describes. */
  public Tensor get(Range... ranges) {
    return Range.select(this, ranges);
  }

  /** Returns the tensor with a new axis of size 1 at {@code axis}. */
  public Tensor unsqueeze(int axis) {
    int at = axis < 0 ? axis + rank() + 1 : axis;
    if (at < 0 || at > rank()) throw ShapeException.noPlace("unsqueeze", shape(), axis);
    return reshape(shape().inserted(at, 1));
  }

  /** Returns the tensor without an axis of size 1. */
  public Tensor squeeze(int axis) {
    int at = axis("squeeze", axis);
    if (dim(at) != 1)
      throw new ShapeException("squeeze: axis %d of %s is not of size 1", axis, shape());
    return reshape(shape().without(at));
  }

  /** Returns the tensor as one vector. */
  public Tensor flatten() {
    return reshape(-1);
  }

  /** Returns this tensor, as a constant to every gradient. */
  public Tensor stopGradient() {
    return Interpreter.call(new Op.StopGradient(), this);
  }

  // ---- Moving numbers.

  /** Returns the same numbers in memory of their own, row-major. */
  public Tensor copy() {
    return Interpreter.call(new Op.Copy(), this);
  }

  /** Returns this tensor if it lies row-major, else a copy that does. */
  public Tensor contiguous() {
    return layout.isContiguous() ? this : copy();
  }

  /** Returns tensors side by side along an axis. */
  public static Tensor concat(int axis, Tensor... parts) {
    return concat(axis, List.of(parts));
  }

  /** Returns tensors side by side along an axis. */
  public static Tensor concat(int axis, List<Tensor> parts) {
    int at = parts.isEmpty() ? 0 : parts.getFirst().axis("concat", axis);
    return Interpreter.current().interpret(new Op.Concat(at), parts).getFirst();
  }

  /** Returns tensors of one shape along a new axis. */
  public static Tensor stack(int axis, Tensor... parts) {
    return concat(axis, Arrays.stream(parts).map(part -> part.unsqueeze(axis)).toList());
  }

  /** Returns consecutive views of these sizes along an axis, which they must add up to. */
  public List<Tensor> split(int axis, int... sizes) {
    return TensorMath.split(this, axis("split", axis), sizes);
  }

  /** Returns the tensor with zeros before and after it along an axis. */
  public Tensor pad(int axis, int before, int after) {
    int at = axis("pad", axis);
    return Interpreter.call(TensorMath.pad(shape(), at, before, after), this);
  }

  /** Returns y[.., i, ..] = x[.., index[.., i, ..], ..] along an axis. */
  public Tensor gather(int axis, Tensor index) {
    return Interpreter.call(new Op.Gather(axis("gather", axis)), this, index);
  }

  /** Returns this tensor with source[.., i, ..] added at index[.., i, ..] along an axis. */
  public Tensor scatterAdd(int axis, Tensor index, Tensor source) {
    return Interpreter.call(new Op.ScatterAdd(axis("scatterAdd", axis)), this, index, source);
  }

  /** Returns slices along an axis in the order of index, whose shape replaces the axis. */
  public Tensor indexSelect(int axis, Tensor index) {
    return Interpreter.call(new Op.IndexSelect(axis("indexSelect", axis)), this, index);
  }

  /** Returns this tensor with slices of source added at index along an axis. */
  public Tensor indexAdd(int axis, Tensor index, Tensor source) {
    return Interpreter.call(new Op.IndexAdd(axis("indexAdd", axis)), this, index, source);
  }

  /** Returns rows of this table [V, D] by integer ids [...]: [..., D]. */
  public Tensor embedding(Tensor ids) {
    if (rank() != 2)
      throw new ShapeException("embedding: needs a table [V, D], got %s; reshape it", spec());
    if (!ids.dtype.isInteger())
      throw ShapeException.dtype("embedding", ids.spec(), "ids of I32 or I64");
    return indexSelect(0, ids);
  }

  /**
   * Returns, for integers [...], [..., classes]: 1 where the last index equals the integer, else 0.
   */
  public Tensor oneHot(int classes, DType target) {
    return Interpreter.call(new Op.OneHot(classes, target), this);
  }

  private int axis(String op, int axis) {
    return shape().axis(op, axis);
  }

  private List<Integer> axes(String op, int[] axes) {
    if (axes.length == 0) return java.util.stream.IntStream.range(0, rank()).boxed().toList();
    List<Integer> ascending = Arrays.stream(axes).map(a -> axis(op, a)).sorted().boxed().toList();
    for (int i = 1; i < axes.length; i++) {
      if (ascending.get(i).equals(ascending.get(i - 1)))
        throw ShapeException.repeatedAxis(op, shape(), ascending.get(i), axes);
    }
    return ascending;
  }

  // ---- Memory.

  /** Returns an uninitialised, row-major tensor of the innermost scope. */
  static Tensor allocate(TensorSpec spec) {
    TensorScope scope = TensorScope.current();
    return over(spec, scope.memory().allocate(spec.byteSize()), scope);
  }

  /** Returns a row-major tensor over a storage, whose hold the scope takes over. */
  static Tensor over(TensorSpec spec, Storage storage, TensorScope scope) {
    scope.adopt(storage);
    return new Tensor(spec.dtype(), Layout.contiguous(spec.shape()), storage, storage.epoch());
  }

  Tensor view(Layout other) {
    return new Tensor(dtype, other, storage, epoch);
  }

  /** Returns the tensor that takes this one's place after its memory was written anew. */
  Tensor donated(String op) {
    return new Tensor(dtype, layout, storage, storage.donate(op));
  }

  Storage storage() {
    return storage;
  }

  Operand operand() {
    if (!storage.hasMemory()) throw TracingException.noNumbers(spec());
    return new Operand(dtype, layout, storage.data());
  }

  void checkAlive() {
    if (!storage.isAlive()) throw TensorLifetimeException.freed(spec(), storage.freedBy());
    if (storage.epoch() != epoch)
      throw TensorLifetimeException.donated(spec(), storage.donatedTo());
  }

  /** Holds the memory against being freed, until the storage is released. */
  void hold() {
    if (!storage.tryHold()) throw TensorLifetimeException.freed(spec(), storage.freedBy());
    if (storage.epoch() != epoch) {
      storage.release(null);
      throw TensorLifetimeException.donated(spec(), storage.donatedTo());
    }
  }
}
