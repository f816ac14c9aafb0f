package dev.ashlar.tensor;

import static dev.ashlar.tensor.SampleData.awayFromZero;
import static dev.ashlar.tensor.SampleData.flags;
import static dev.ashlar.tensor.SampleData.indices;
import static dev.ashlar.tensor.SampleData.numbers;
import static dev.ashlar.tensor.SampleData.offset;
import static dev.ashlar.tensor.SampleData.positive;
import static dev.ashlar.tensor.SampleData.strided;
import static dev.ashlar.tensor.SampleData.transposed;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Samples of every operation: ordinary inputs, broadcast ones, views of every kind, sizes 0 and 1
 * and odd ones. A row here buys an operation its gradient, layout and cross-provider tests.
 */
public final class OpSamples {
  private final List<OpSample> samples = new ArrayList<>();

  private OpSamples() {}

  /** Returns small samples, at least one of every operation. */
  public static List<OpSample> all() {
    var small = new OpSamples();
    small.sources();
    small.unary();
    small.truth();
    small.binary();
    small.reductions();
    small.alongAxis();
    small.products();
    small.views();
    small.samples.addAll(MoveSamples.all());
    return List.copyOf(small.samples);
  }

  /**
   * Returns samples of sizes at which kernels change their ways: odd ones, long lines, many rows.
   */
  public static List<OpSample> large() {
    return Stream.of(LargeSamples.all(), LargeIndexSamples.all()).flatMap(List::stream).toList();
  }

  /** Returns samples with NaN, infinities, both zeros, denormals and numbers near overflow. */
  public static List<OpSample> special() {
    return SpecialSamples.all();
  }

  /** Returns the operations that {@link #all} has samples of. */
  public static Set<Class<? extends Op>> covered() {
    Set<Class<? extends Op>> classes = new LinkedHashSet<>();
    all().forEach(sample -> classes.add(sample.op().getClass()));
    return classes;
  }

  private void add(Op op, String what, Function<DType, List<Tensor>> inputs) {
    samples.add(new OpSample(op.label() + " " + what, op, inputs));
  }

  private void add(Op op, String what, Tensor... none) {
    add(op, what, _ -> List.of(none));
  }

  // ---- Sources.

  private void sources() {
    for (int size : new int[] {0, 1, 7, 300}) {
      for (DType dtype : List.of(DType.F32, DType.F64)) {
        var spec = new TensorSpec(dtype, Shape.of(size));
        add(new Op.Fill(spec, -1.5), spec.toString());
        add(new Op.Arange(spec), spec.toString());
        add(new Op.Uniform(spec), spec.toString(), _ -> key(1, 0));
        add(new Op.Normal(spec), spec.toString(), _ -> key(2, 1L << 40));
      }
    }
    add(new Op.Fill(new TensorSpec(DType.F32, Shape.scalar()), 0.1), "scalar");
    add(new Op.Fill(new TensorSpec(DType.F32, Shape.of(3, 5)), 0), "zeros");
    for (DType dtype : DType.values()) {
      add(new Op.Fill(new TensorSpec(dtype, Shape.of(2, 3)), 1), dtype + " ones");
    }
    add(new Op.Arange(new TensorSpec(DType.I32, Shape.of(5))), "I32");
    add(new Op.Arange(new TensorSpec(DType.I64, Shape.of(5))), "I64");
    add(new Op.Normal(new TensorSpec(DType.F32, Shape.of(3, 5))), "matrix", _ -> key(3, 0));
    add(new Op.FoldKey(0), "0", _ -> key(4, 0));
    add(new Op.FoldKey(-1L >>> 1), "large", _ -> key(-5, 7));
    add(new Op.FoldKey(3), "strided", _ -> List.of(Tensor.of(8L, 1L, 9L, 2L).slice(0, 0, 4, 2)));
  }

  private static List<Tensor> key(long seed, long stream) {
    return List.of(Tensor.of(seed, stream));
  }

  // ---- Elementwise.

  static final List<Op> UNARY =
      List.of(
          new Op.Negate(),
          new Op.Abs(),
          new Op.Exp(),
          new Op.Expm1(),
          new Op.Cube(),
          new Op.Sin(),
          new Op.Cos(),
          new Op.Tanh(),
          new Op.Sigmoid(),
          new Op.Relu(),
          new Op.Silu(),
          new Op.SiluSlope(),
          new Op.Erf(),
          new Op.Gelu(),
          new Op.GeluSlope(),
          new Op.GeluTanh(),
          new Op.GeluTanhSlope(),
          new Op.Floor(),
          new Op.Round());

  static final List<Op> UNARY_OF_POSITIVE =
      List.of(new Op.Log(), new Op.Log1p(), new Op.Sqrt(), new Op.Reciprocal());

  private void unary() {
    for (Op op : UNARY) layouts(op, (dtype, dims) -> numbers(dtype, 11, dims));
    for (Op op : UNARY_OF_POSITIVE) layouts(op, (dtype, dims) -> positive(dtype, 12, dims));
    layouts(new Op.Copy(), (dtype, dims) -> numbers(dtype, 13, dims));
    for (DType to : DType.values()) {
      layouts(new Op.Cast(to), (dtype, dims) -> numbers(dtype, 14, dims));
    }
    layouts(new Op.Not(), (_, dims) -> flags(15, dims));
  }

  /** Makes a tensor of an element type and shape. */
  @FunctionalInterface
  private interface Maker {
    Tensor make(DType dtype, int... dims);
  }

  private void layouts(Op op, Maker make) {
    String label = op instanceof Op.Cast cast ? "to " + cast.dtype() + " " : "";
    add(op, label + "[3, 5]", dtype -> List.of(make.make(dtype, 3, 5)));
    add(op, label + "scalar", dtype -> List.of(make.make(dtype)));
    add(op, label + "[1]", dtype -> List.of(make.make(dtype, 1)));
    add(op, label + "empty", dtype -> List.of(make.make(dtype, 2, 0)));
    add(op, label + "transposed", dtype -> List.of(transposed(make.make(dtype, 4, 3))));
    add(op, label + "strided", dtype -> List.of(strided(make.make(dtype, 2, 5))));
    add(op, label + "offset", dtype -> List.of(offset(make.make(dtype, 2, 3, 2))));
    add(op, label + "expanded", dtype -> List.of(make.make(dtype, 3, 1).expand(3, 4)));
  }

  private void truth() {
    for (Op.Comparison how : Op.Comparison.values()) {
      var op = new Op.Compare(how);
      add(op, how + " [3, 4]", t -> List.of(wholes(t, 16, 3, 4), wholes(t, 17, 3, 4)));
      add(op, how + " broadcast", t -> List.of(wholes(t, 16, 3, 1), wholes(t, 17, 4)));
      add(
          op,
          how + " strided",
          t -> List.of(strided(wholes(t, 16, 7)), transposed(wholes(t, 17, 2, 7))));
    }
    for (Op.Connective how : Op.Connective.values()) {
      var op = new Op.Logical(how);
      add(op, how + " [9]", _ -> List.of(flags(18, 9), flags(19, 9)));
      add(op, how + " broadcast", _ -> List.of(flags(18, 3, 1), strided(flags(19, 5))));
    }
    var clamp = new Op.Clamp();
    add(
        clamp,
        "[3, 4]",
        t -> List.of(numbers(t, 25, 3, 4), numbers(t, 26, 3, 4), numbers(t, 27, 3, 4)));
    add(clamp, "scalars", t -> List.of(numbers(t, 25, 5, 7), numbers(t, 26), positive(t, 27)));
    add(clamp, "broadcast", t -> List.of(numbers(t, 25, 4), numbers(t, 26, 3, 1), numbers(t, 27)));
    add(
        clamp,
        "views",
        t ->
            List.of(
                transposed(numbers(t, 25, 3, 4)),
                offset(numbers(t, 26, 3, 4)),
                strided(numbers(t, 27, 3, 4))));
    add(clamp, "empty", t -> List.of(numbers(t, 25, 0), numbers(t, 26, 1), numbers(t, 27, 0)));
    var where = new Op.Where();
    add(where, "[3, 4]", t -> List.of(flags(20, 3, 4), numbers(t, 21, 3, 4), numbers(t, 22, 3, 4)));
    add(where, "broadcast", t -> List.of(flags(20, 3, 1), numbers(t, 21, 4), numbers(t, 22)));
    add(
        where,
        "views",
        t ->
            List.of(
                transposed(flags(20, 3, 4)),
                offset(numbers(t, 21, 3, 4)),
                strided(numbers(t, 22, 3, 4))));
    add(where, "empty", t -> List.of(flags(20, 0), numbers(t, 21, 1), numbers(t, 22, 0)));
  }

  /** Returns small whole numbers, of which some are equal. */
  static Tensor wholes(DType dtype, long seed, int... dims) {
    return indices(dtype, seed, 3, dims);
  }

  private void binary() {
    Maker any = (dtype, dims) -> numbers(dtype, 31, dims);
    Maker other = (dtype, dims) -> numbers(dtype, 32, dims);
    Maker divisor = (dtype, dims) -> awayFromZero(dtype, 33, dims);
    pairs(new Op.Plus(), any, other);
    pairs(new Op.Minus(), any, other);
    pairs(new Op.Times(), any, other);
    pairs(new Op.Div(), any, divisor);
    pairs(new Op.Rem(), any, divisor);
    pairs(new Op.Maximum(), any, other);
    pairs(new Op.Minimum(), any, other);
    pairs(
        new Op.Pow(),
        (dtype, dims) -> positive(dtype, 34, dims),
        (dtype, dims) ->
            dtype.isInteger() ? indices(dtype, 35, 5, dims) : numbers(dtype, 35, dims));
  }

  private void pairs(Op op, Maker left, Maker right) {
    add(op, "[3, 5]", t -> List.of(left.make(t, 3, 5), right.make(t, 3, 5)));
    add(op, "scalars", t -> List.of(left.make(t), right.make(t)));
    add(op, "with a scalar", t -> List.of(left.make(t, 2, 7), right.make(t)));
    add(op, "scalar first", t -> List.of(left.make(t), right.make(t, 7)));
    add(op, "rows and columns", t -> List.of(left.make(t, 3, 1), right.make(t, 1, 4)));
    add(op, "leading axis", t -> List.of(left.make(t, 2, 3, 4), right.make(t, 4)));
    add(op, "inner axis", t -> List.of(left.make(t, 2, 3, 4), right.make(t, 2, 1, 4)));
    add(op, "empty", t -> List.of(left.make(t, 0, 3), right.make(t, 1, 3)));
    add(op, "transposed", t -> List.of(transposed(left.make(t, 4, 3)), right.make(t, 4, 3)));
    add(
        op,
        "strided and offset",
        t -> List.of(strided(left.make(t, 2, 5)), offset(right.make(t, 2, 5))));
  }

  // ---- Reductions and lines.

  private void reductions() {
    folds("sum", Op.Sum::new, 41);
    folds("max", Op.Max::new, 42);
    folds("min", Op.Min::new, 43);
    add(new Op.Sum(List.of(0), false), "empty", t -> List.of(numbers(t, 44, 0, 3)));
    add(new Op.Sum(List.of(1), true), "of nothing", t -> List.of(numbers(t, 44, 3, 0)));
    for (boolean keep : new boolean[] {false, true}) {
      for (int axis = 0; axis < 3; axis++) {
        String what = "axis " + axis + (keep ? " kept" : "");
        add(new Op.ArgMax(axis, keep), what, t -> List.of(numbers(t, 45, 2, 5, 3)));
        add(new Op.ArgMin(axis, keep), what, t -> List.of(transposed(numbers(t, 46, 2, 5, 3))));
      }
    }
    add(new Op.ArgMax(1, false), "equals", t -> List.of(wholes(t, 47, 4, 9)));
    add(new Op.ArgMin(1, false), "equals", t -> List.of(strided(wholes(t, 48, 4, 9))));
  }

  /** Makes a reduction. */
  @FunctionalInterface
  private interface Fold {
    Op over(List<Integer> axes, boolean keepAxes);
  }

  private void folds(String name, Fold fold, long seed) {
    for (boolean keep : new boolean[] {false, true}) {
      String kept = keep ? " kept" : "";
      for (List<Integer> axes :
          List.of(List.of(0), List.of(1), List.of(2), List.of(0, 2), List.of(0, 1, 2))) {
        add(fold.over(axes, keep), axes + kept, t -> List.of(numbers(t, seed, 2, 3, 4)));
      }
      add(
          fold.over(List.of(0), keep),
          "transposed" + kept,
          t -> List.of(transposed(numbers(t, seed, 5, 3))));
      add(
          fold.over(List.of(1), keep),
          "strided" + kept,
          t -> List.of(strided(numbers(t, seed, 3, 5))));
    }
    add(fold.over(List.of(), false), "scalar", t -> List.of(numbers(t, seed)));
    add(fold.over(List.of(0), false), "one", t -> List.of(numbers(t, seed, 1)));
    add(
        fold.over(List.of(0, 1), false),
        "expanded",
        t -> List.of(numbers(t, seed, 1, 3).expand(4, 3)));
    add(fold.over(List.of(1), false), "offset", t -> List.of(offset(numbers(t, seed, 2, 3))));
  }

  private void alongAxis() {
    for (int axis = 0; axis < 3; axis++) {
      lines(new Op.Softmax(axis), 51);
      lines(new Op.LogSoftmax(axis), 52);
      lines(new Op.CumSum(axis, false), 53);
      lines(new Op.CumSum(axis, true), 54);
      lines(new Op.Sort(axis, false), 55);
      lines(new Op.Sort(axis, true), 56);
      lines(new Op.TopK(axis, 2, true), 57);
      lines(new Op.TopK(axis, 1, false), 58);
    }
    add(new Op.Sort(0, false), "equals", t -> List.of(wholes(t, 59, 17)));
    add(new Op.Sort(0, true), "equals", t -> List.of(wholes(t, 59, 17)));
    add(new Op.TopK(0, 17, true), "equals", t -> List.of(wholes(t, 60, 17)));
    add(new Op.TopK(1, 3, false), "equals", t -> List.of(strided(wholes(t, 60, 2, 9))));
    add(new Op.TopK(1, 0, true), "none", t -> List.of(numbers(t, 60, 2, 3)));
    for (Op op :
        List.of(
            new Op.Softmax(0),
            new Op.LogSoftmax(0),
            new Op.CumSum(0, false),
            new Op.Sort(0, true))) {
      add(op, "one", t -> List.of(numbers(t, 61, 1)));
      add(op, "empty", t -> List.of(numbers(t, 61, 0)));
      add(op, "no lines", t -> List.of(numbers(t, 61, 3, 0)));
    }
  }

  private void lines(Op op, long seed) {
    add(op, op + " [2, 5, 3]", t -> List.of(numbers(t, seed, 2, 5, 3)));
    add(op, op + " transposed", t -> List.of(transposed(numbers(t, seed, 3, 2, 4))));
    add(op, op + " strided", t -> List.of(strided(numbers(t, seed, 2, 2, 5))));
  }

  // ---- Products.

  private void products() {
    matmul("[3, 4] @ [4, 5]", new int[] {3, 4}, new int[] {4, 5});
    matmul("one number", new int[] {1, 1}, new int[] {1, 1});
    matmul("row @ column", new int[] {1, 7}, new int[] {7, 1});
    matmul("column @ row", new int[] {3, 1}, new int[] {1, 4});
    matmul("batched", new int[] {2, 3, 4}, new int[] {2, 4, 2});
    matmul("broadcast batch", new int[] {2, 1, 3, 4}, new int[] {3, 4, 2});
    matmul("one weight", new int[] {2, 3, 4}, new int[] {4, 5});
    matmul("no rows", new int[] {0, 4}, new int[] {4, 5});
    matmul("nothing summed", new int[] {3, 0}, new int[] {0, 2});
    matmul("no batch", new int[] {0, 2, 3}, new int[] {3, 2});
    add(
        new Op.MatMul(),
        "both transposed",
        t -> List.of(transposed(numbers(t, 63, 3, 4)), transposed(numbers(t, 64, 4, 5))));
    add(
        new Op.MatMul(),
        "strided and offset",
        t -> List.of(strided(numbers(t, 63, 2, 3, 4)), offset(numbers(t, 64, 2, 4, 3))));
    add(
        new Op.MatMul(),
        "expanded",
        t -> List.of(numbers(t, 63, 3, 1).expand(3, 4), numbers(t, 64, 1, 4, 1).expand(3, 4, 2)));
  }

  private void matmul(String what, int[] left, int[] right) {
    add(new Op.MatMul(), what, t -> List.of(numbers(t, 61, left), numbers(t, 62, right)));
  }

  // ---- Views.

  private void views() {
    add(new Op.Reshape(Shape.of(2, 6)), "[3, 4]", t -> List.of(numbers(t, 71, 3, 4)));
    add(new Op.Reshape(Shape.of(12)), "transposed", t -> List.of(transposed(numbers(t, 71, 3, 4))));
    add(new Op.Reshape(Shape.scalar()), "one", t -> List.of(numbers(t, 71, 1, 1)));
    add(new Op.Reshape(Shape.of(0, 7)), "empty", t -> List.of(numbers(t, 71, 3, 0)));
    add(new Op.Permute(List.of(2, 0, 1)), "[2, 3, 4]", t -> List.of(numbers(t, 72, 2, 3, 4)));
    add(new Op.Permute(List.of()), "scalar", t -> List.of(numbers(t, 72)));
    add(new Op.Expand(Shape.of(2, 3, 4)), "[3, 1]", t -> List.of(numbers(t, 73, 3, 1)));
    add(new Op.Expand(Shape.of(5)), "scalar", t -> List.of(numbers(t, 73)));
    add(new Op.Expand(Shape.of(3, 0)), "to nothing", t -> List.of(numbers(t, 73, 3, 1)));
    add(new Op.Slice(1, 1, 4, 1), "[2, 5]", t -> List.of(numbers(t, 74, 2, 5)));
    add(new Op.Slice(1, 0, 5, 2), "by 2", t -> List.of(numbers(t, 74, 2, 5)));
    add(new Op.Slice(0, 1, 1, 1), "empty", t -> List.of(numbers(t, 74, 2, 5)));
    add(new Op.Alias(), "[4]", t -> List.of(numbers(t, 75, 4)));
    add(new Op.StopGradient(), "[4]", t -> List.of(numbers(t, 76, 4)));
  }
}
