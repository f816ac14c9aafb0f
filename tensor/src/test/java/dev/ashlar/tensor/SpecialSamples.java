package dev.ashlar.tensor;

import static dev.ashlar.tensor.OpSamples.UNARY;
import static dev.ashlar.tensor.OpSamples.UNARY_OF_POSITIVE;
import static dev.ashlar.tensor.SampleData.flags;
import static dev.ashlar.tensor.SampleData.indices;
import static dev.ashlar.tensor.SampleData.numbers;
import static dev.ashlar.tensor.SampleData.positive;
import static dev.ashlar.tensor.SampleData.transposed;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Samples with numbers that are none, infinite, signed zeros, denormal or near overflow. */
final class SpecialSamples {
  private final List<OpSample> samples = new ArrayList<>();

  private SpecialSamples() {}

  static List<OpSample> all() {
    var all = new SpecialSamples();
    all.specialValues();
    return List.copyOf(all.samples);
  }

  private void add(Op op, String what, Function<DType, List<Tensor>> inputs) {
    samples.add(new OpSample(op.label() + " " + what, op, inputs));
  }

  private static final double[] SPECIAL = {
    0.0,
    -0.0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    1e-40,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    88.7,
    89,
    -87.4,
    -104,
    1e-8,
    -1e-8,
    1e8,
    8388609,
    20,
    -20,
    3.1415927,
    100,
    700,
    -700,
    1e20,
    0.99999994
  };

  private static Tensor specials(DType dtype, int... dims) {
    boolean real = dtype.isFloating() || dtype == DType.BF16;
    return SampleData.fill(
        dtype, i -> real ? SPECIAL[(int) (i % SPECIAL.length)] : i % 7 - 3, dims);
  }

  private void specialValues() {
    int n = SPECIAL.length;
    Stream.concat(UNARY.stream(), UNARY_OF_POSITIVE.stream())
        .forEach(op -> add(op, "special values", t -> List.of(specials(t, n))));
    for (DType to : DType.values()) {
      add(new Op.Cast(to), "special values to " + to, t -> List.of(specials(t, n)));
    }
    for (Op op :
        List.<Op>of(
            new Op.Plus(), new Op.Minus(), new Op.Times(), new Op.Maximum(), new Op.Minimum())) {
      add(op, "special values", t -> List.of(specials(t, n, 1), specials(t, n)));
    }
    for (Op op : List.<Op>of(new Op.Div(), new Op.Rem(), new Op.Pow())) {
      add(
          op,
          "special values",
          t -> List.of(specials(t, n, 1), t.isFloating() ? specials(t, n) : positive(t, 1, n)));
    }
    for (Op.Comparison how : Op.Comparison.values()) {
      add(
          new Op.Compare(how),
          how + " special values",
          t -> List.of(specials(t, n, 1), specials(t, n)));
    }
    wholeLimits();
    add(
        new Op.Clamp(),
        "special values",
        t -> List.of(specials(t, n, 1, 1), specials(t, n, 1), specials(t, n)));
    add(
        new Op.Where(),
        "special values",
        t -> List.of(flags(161, n), specials(t, n), numbers(t, 162)));
    for (Function<Integer, Op> fold :
        List.<Function<Integer, Op>>of(
            axis -> new Op.Sum(List.of(axis), false),
            axis -> new Op.Max(List.of(axis), false),
            axis -> new Op.Min(List.of(axis), false),
            axis -> new Op.ArgMax(axis, false),
            axis -> new Op.ArgMin(axis, false),
            Op.Softmax::new,
            Op.LogSoftmax::new,
            axis -> new Op.CumSum(axis, false),
            axis -> new Op.Sort(axis, false),
            axis -> new Op.Sort(axis, true),
            axis -> new Op.TopK(axis, 3, true))) {
      add(fold.apply(0), "special values", t -> List.of(specials(t, n)));
      add(fold.apply(1), "special rows", t -> List.of(specialRows(t)));
      add(fold.apply(0), "special columns", t -> List.of(specialRows(t).transpose()));
      // A value in each column, in rows that lie one behind the other.
      add(fold.apply(0), "special in rows", t -> List.of(specials(t, 19, 16 * n)));
      add(fold.apply(0), "specials in rows", t -> List.of(specials(t, 19, 48)));
    }
    add(new Op.Copy(), "special values", t -> List.of(transposed(specials(t, n, 3))));
    add(new Op.Pad(0, 1, 1, n + 2), "special values", t -> List.of(specials(t, n)));
    add(
        new Op.IndexSelect(0),
        "special values",
        t -> List.of(specials(t, n, 2), indices(DType.I32, 163, n, 9)));
    add(new Op.MatMul(), "special values", t -> List.of(specials(t, 3, n), specials(t, n, 3)));
    add(
        new Op.MatMul(),
        "a NaN in its row alone",
        t -> List.of(oneNan(t), numbers(t, 164, 40, 37)));
  }

  /** Whole numbers at the limits of I32, I64 and of what F32 and F64 hold exactly. */
  private void wholeLimits() {
    int n = LIMITS.length;
    for (Op op :
        List.<Op>of(
            new Op.Plus(), new Op.Minus(), new Op.Times(), new Op.Maximum(), new Op.Minimum())) {
      add(op, "limits", t -> List.of(limits(t).reshape(n, 1), limits(t)));
    }
    for (Op.Comparison how : Op.Comparison.values()) {
      add(new Op.Compare(how), how + " limits", t -> List.of(limits(t).reshape(n, 1), limits(t)));
    }
    for (Op op : List.of(new Op.Negate(), new Op.Abs(), new Op.Relu())) {
      add(op, "limits", t -> List.of(limits(t)));
    }
    for (DType to : DType.values())
      add(new Op.Cast(to), "limits to " + to, t -> List.of(limits(t)));
  }

  private static final long[] LIMITS = {
    Long.MIN_VALUE,
    Long.MIN_VALUE + 1,
    Integer.MIN_VALUE - 1L,
    Integer.MIN_VALUE,
    -1,
    0,
    1,
    (1 << 24) - 1,
    (1 << 24) + 1,
    Integer.MAX_VALUE - 1,
    Integer.MAX_VALUE,
    Integer.MAX_VALUE + 1L,
    1L << 32,
    (1L << 53) - 1,
    1L << 53,
    (1L << 53) + 1,
    (1L << 62) + (1L << 38) + 1,
    Long.MAX_VALUE - 1,
    Long.MAX_VALUE
  };

  private static Tensor limits(DType dtype) {
    Tensor tensor = Tensor.allocate(new TensorSpec(dtype, Shape.of(LIMITS.length)));
    for (int i = 0; i < LIMITS.length; i++) tensor.operand().setLong(i, LIMITS[i]);
    return tensor;
  }

  /** Rows of one kind of special value each, among ordinary ones. */
  private static Tensor specialRows(DType dtype) {
    double[] odd = {
      Double.NaN,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      -0.0,
      Float.MIN_VALUE,
      Float.MAX_VALUE
    };
    int columns = 37;
    boolean real = dtype.isFloating() || dtype == DType.BF16;
    Key key = Key.of(165);
    return SampleData.fill(
        dtype,
        i -> {
          int row = (int) (i / columns);
          if (!real) return Math.rint(9 * key.normal(i));
          // The last row holds nothing but -infinity.
          if (row == odd.length) return Double.NEGATIVE_INFINITY;
          return i % columns % 9 == 4 ? odd[row] : key.normal(i);
        },
        odd.length + 1,
        columns);
  }

  private static Tensor oneNan(DType dtype) {
    Key key = Key.of(166);
    return SampleData.fill(dtype, i -> i == 45 ? Double.NaN : key.normal(i), 35, 40);
  }
}
