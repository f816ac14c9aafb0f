package dev.ashlar.tensor;

import static dev.ashlar.tensor.OpSamples.UNARY;
import static dev.ashlar.tensor.OpSamples.UNARY_OF_POSITIVE;
import static dev.ashlar.tensor.OpSamples.wholes;
import static dev.ashlar.tensor.SampleData.awayFromZero;
import static dev.ashlar.tensor.SampleData.flags;
import static dev.ashlar.tensor.SampleData.indices;
import static dev.ashlar.tensor.SampleData.numbers;
import static dev.ashlar.tensor.SampleData.offset;
import static dev.ashlar.tensor.SampleData.positive;
import static dev.ashlar.tensor.SampleData.strided;
import static dev.ashlar.tensor.SampleData.transposed;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Samples of sizes at which kernels change their ways. */
final class LargeSamples {
  private final List<OpSample> samples = new ArrayList<>();

  private LargeSamples() {}

  static List<OpSample> all() {
    var all = new LargeSamples();
    all.elementwise();
    all.lines();
    all.products();
    all.moves();
    return List.copyOf(all.samples);
  }

  private void add(Op op, String what, Function<DType, List<Tensor>> inputs) {
    samples.add(new OpSample(op.label() + " " + what, op, inputs));
  }

  private static final List<int[]> ODD_SHAPES =
      List.of(
          new int[] {13},
          new int[] {207},
          new int[] {1024},
          new int[] {33, 65},
          new int[] {3, 5000});

  private void elementwise() {
    for (int[] dims : ODD_SHAPES) {
      String shape = Shape.of(dims).toString();
      for (Op op : UNARY) add(op, shape, t -> List.of(scaled(numbers(t, 101, dims), 8)));
      for (Op op : UNARY_OF_POSITIVE) add(op, shape, t -> List.of(positive(t, 102, dims)));
      for (Op op :
          List.<Op>of(
              new Op.Plus(), new Op.Minus(), new Op.Times(), new Op.Maximum(), new Op.Minimum())) {
        pairs(op, dims);
      }
      pairs(new Op.Div(), dims);
      pairs(new Op.Rem(), dims);
      add(new Op.Pow(), shape, t -> List.of(positive(t, 103, dims), positive(t, 104, dims)));
      for (Op.Comparison how : Op.Comparison.values()) {
        add(
            new Op.Compare(how),
            how + " " + shape,
            t -> List.of(wholes(t, 105, dims), transposed(wholes(t, 106, dims))));
      }
      add(
          new Op.Clamp(),
          shape,
          t -> List.of(numbers(t, 109, dims), numbers(t, 110), row(t, dims)));
      add(
          new Op.Where(),
          shape,
          t -> List.of(flags(107, dims), numbers(t, 105, dims), numbers(t, 106)));
      add(
          new Op.Where(),
          shape + " views",
          t -> List.of(strided(flags(107, dims)), transposed(numbers(t, 105, dims)), row(t, dims)));
      for (DType to : DType.values()) {
        add(new Op.Cast(to), shape + " to " + to, t -> List.of(numbers(t, 108, dims)));
      }
      add(
          new Op.Normal(new TensorSpec(DType.F32, Shape.of(dims))),
          shape,
          _ -> List.of(Tensor.of(5L, 0L)));
      add(
          new Op.Uniform(new TensorSpec(DType.F32, Shape.of(dims))),
          shape,
          _ -> List.of(Tensor.of(6L, 0L)));
    }
    for (DType dtype : DType.values()) {
      var spec = new TensorSpec(dtype, Shape.of(3, 20_001));
      add(new Op.Fill(spec, 3), spec.toString(), _ -> List.of());
      if (!dtype.isFloating() && !dtype.isInteger()) continue;
      var line = new TensorSpec(dtype, Shape.of(70_001));
      add(new Op.Arange(line), line.toString(), _ -> List.of());
    }
    add(new Op.Fill(new TensorSpec(DType.F32, Shape.of(5000)), 0.3), "0.3", _ -> List.of());
    add(new Op.Fill(new TensorSpec(DType.F64, Shape.of(5000)), -0.0), "-0", _ -> List.of());
  }

  private static Tensor row(DType dtype, int... dims) {
    return numbers(dtype, 106, dims[dims.length - 1]);
  }

  private void pairs(Op op, int[] dims) {
    String shape = Shape.of(dims).toString();
    int last = dims[dims.length - 1];
    add(op, shape, t -> List.of(numbers(t, 111, dims), awayFromZero(t, 112, dims)));
    add(op, shape + " with a scalar", t -> List.of(numbers(t, 111, dims), awayFromZero(t, 112)));
    add(op, shape + " with a row", t -> List.of(numbers(t, 111, dims), awayFromZero(t, 112, last)));
    if (dims.length < 2) return;
    add(
        op,
        shape + " with a column",
        t -> List.of(numbers(t, 111, dims), awayFromZero(t, 112, dims[0], 1)));
    add(
        op,
        shape + " transposed",
        t -> List.of(transposed(numbers(t, 111, dims)), awayFromZero(t, 112, dims)));
  }

  private static Tensor scaled(Tensor x, double by) {
    double[] values = x.toDoubles();
    return SampleData.fill(x.dtype(), i -> by * values[(int) i], x.shape().dims());
  }

  private void lines() {
    for (int[] dims :
        List.of(
            new int[] {5, 207}, new int[] {207, 5}, new int[] {3, 17, 65}, new int[] {2, 4099})) {
      String shape = Shape.of(dims).toString();
      for (int axis = 0; axis < dims.length; axis++) {
        for (boolean keep : new boolean[] {false, true}) {
          add(
              new Op.Sum(List.of(axis), keep),
              shape + " axis " + axis,
              t -> List.of(numbers(t, 121, dims)));
          add(
              new Op.Max(List.of(axis), keep),
              shape + " axis " + axis,
              t -> List.of(numbers(t, 122, dims)));
          add(
              new Op.Min(List.of(axis), keep),
              shape + " axis " + axis,
              t -> List.of(numbers(t, 123, dims)));
        }
        add(
            new Op.Softmax(axis),
            shape + " axis " + axis,
            t -> List.of(scaled(numbers(t, 124, dims), 5)));
        add(
            new Op.LogSoftmax(axis),
            shape + " axis " + axis,
            t -> List.of(scaled(numbers(t, 125, dims), 5)));
        add(
            new Op.Softmax(axis),
            shape + " views " + axis,
            t -> List.of(transposed(numbers(t, 124, dims))));
        add(
            new Op.CumSum(axis, false),
            shape + " axis " + axis,
            t -> List.of(numbers(t, 126, dims)));
        add(new Op.Sort(axis, false), shape + " axis " + axis, t -> List.of(numbers(t, 127, dims)));
        add(
            new Op.TopK(axis, 2, true),
            shape + " axis " + axis,
            t -> List.of(numbers(t, 127, dims)));
        add(
            new Op.ArgMax(axis, false),
            shape + " axis " + axis,
            t -> List.of(numbers(t, 128, dims)));
      }
      add(
          new Op.Sum(List.of(0, 1), false),
          shape + " two axes",
          t -> List.of(transposed(numbers(t, 129, dims))));
    }
    for (int axis = 0; axis < 3; axis++) {
      bands(new Op.Softmax(axis));
      bands(new Op.LogSoftmax(axis));
      bands(new Op.CumSum(axis, false));
      bands(new Op.CumSum(axis, true));
      bands(new Op.ArgMax(axis, true));
      bands(new Op.ArgMin(axis, false));
    }
    add(new Op.Sum(List.of(0), false), "100003", t -> List.of(positive(t, 130, 100_003)));
    add(new Op.Max(List.of(0), false), "100003", t -> List.of(numbers(t, 130, 100_003)));
  }

  /** Several bands of columns, with some left over, where they lie and not. */
  private void bands(Op op) {
    add(op, op + " [2, 70, 700]", t -> List.of(numbers(t, 171, 2, 70, 700)));
    add(op, op + " [3, 37, 80] offset", t -> List.of(offset(numbers(t, 172, 3, 37, 80))));
    add(op, op + " [2, 33, 40] transposed", t -> List.of(transposed(numbers(t, 173, 2, 33, 40))));
    add(op, op + " [3, 35, 48] expanded", t -> List.of(wholes(t, 174, 35, 1).expand(3, 35, 48)));
    add(op, op + " [2, 40, 3]", t -> List.of(numbers(t, 175, 2, 40, 3)));
  }

  private void products() {
    for (int[] mkn :
        List.of(
            new int[] {1, 64, 1},
            new int[] {1, 207, 33},
            new int[] {33, 207, 1},
            new int[] {13, 7, 5},
            new int[] {16, 16, 16},
            new int[] {64, 64, 64},
            new int[] {65, 33, 129},
            new int[] {31, 300, 47},
            new int[] {100, 1, 100},
            new int[] {1, 64, 200},
            new int[] {1, 600, 100},
            new int[] {3, 100, 129},
            new int[] {8, 37, 300},
            new int[] {12, 70, 530},
            new int[] {16, 33, 300},
            new int[] {17, 33, 300},
            new int[] {300, 40, 1},
            new int[] {300, 530, 5},
            new int[] {129, 513, 70})) {
      int m = mkn[0];
      int k = mkn[1];
      int n = mkn[2];
      String shape = "[%d, %d] @ [%d, %d]".formatted(m, k, k, n);
      matmul(shape, new int[] {m, k}, new int[] {k, n});
      add(
          new Op.MatMul(),
          shape + " left transposed",
          t -> List.of(transposed(numbers(t, 131, m, k)), numbers(t, 132, k, n)));
      add(
          new Op.MatMul(),
          shape + " right transposed",
          t -> List.of(numbers(t, 131, m, k), transposed(numbers(t, 132, k, n))));
      add(
          new Op.MatMul(),
          shape + " strided",
          t -> List.of(strided(numbers(t, 131, m, k)), strided(numbers(t, 132, k, n))));
      add(
          new Op.MatMul(),
          shape + " offset",
          t -> List.of(offset(numbers(t, 131, m, k)), offset(numbers(t, 132, k, n))));
    }
    matmul("[3, 2, 17, 19] @ [2, 19, 23]", new int[] {3, 2, 17, 19}, new int[] {2, 19, 23});
    matmul("[5, 9, 33] @ [33, 65]", new int[] {5, 9, 33}, new int[] {33, 65});
    matmul("[33, 65] @ [4, 65, 7]", new int[] {33, 65}, new int[] {4, 65, 7});
  }

  private void moves() {
    add(new Op.Copy(), "[64, 65, 3]", t -> List.of(transposed(numbers(t, 141, 64, 65, 3))));
    add(
        new Op.Copy(),
        "[4, 33, 2, 17] permuted",
        t -> List.of(numbers(t, 141, 4, 33, 2, 17).permute(0, 2, 1, 3)));
    add(
        new Op.Concat(1),
        "[5, 207]",
        t -> List.of(numbers(t, 142, 5, 207), strided(numbers(t, 143, 5, 33))));
    add(
        new Op.Concat(1),
        "[3, 40, 17]",
        t ->
            List.of(
                numbers(t, 142, 3, 40, 17),
                numbers(t, 143, 17, 90, 3).permute(2, 1, 0),
                offset(numbers(t, 144, 3, 2, 17))));
    add(
        new Op.Concat(0),
        "[400, 207]",
        t -> List.of(numbers(t, 142, 400, 207), transposed(numbers(t, 143, 100, 207))));
    add(new Op.Pad(1, 3, 1, 300), "[5, 207]", t -> List.of(numbers(t, 144, 5, 207)));
    add(new Op.Pad(1, 30, 1, 70), "[3, 40, 17]", t -> List.of(numbers(t, 144, 3, 40, 17)));
    add(
        new Op.Pad(0, 2, 1, 420),
        "[400, 207]",
        t -> List.of(transposed(numbers(t, 144, 400, 207))));
    add(
        new Op.IndexSelect(0),
        "[100, 65] table",
        t -> List.of(numbers(t, 145, 100, 65), indices(DType.I32, 146, 100, 3, 50)));
    add(
        new Op.IndexAdd(0),
        "[100, 65] table",
        t ->
            List.of(
                numbers(t, 145, 100, 65),
                indices(DType.I32, 146, 20, 3, 50),
                numbers(t, 147, 3, 50, 65)));
    add(
        new Op.Gather(1),
        "[300, 17]",
        t -> List.of(numbers(t, 148, 300, 17), indices(DType.I64, 149, 17, 300, 1)));
    add(
        new Op.ScatterAdd(1),
        "[300, 17]",
        t ->
            List.of(
                numbers(t, 148, 300, 17),
                indices(DType.I64, 149, 17, 300, 2),
                numbers(t, 150, 300, 2)));
    add(new Op.OneHot(129, DType.F32), "[50]", _ -> List.of(indices(DType.I32, 151, 129, 50)));
  }

  private void matmul(String what, int[] left, int[] right) {
    add(new Op.MatMul(), what, t -> List.of(numbers(t, 61, left), numbers(t, 62, right)));
  }
}
