package dev.ashlar.tensor;

import static dev.ashlar.tensor.OpSamples.wholes;
import static dev.ashlar.tensor.SampleData.indices;
import static dev.ashlar.tensor.SampleData.numbers;
import static dev.ashlar.tensor.SampleData.offset;
import static dev.ashlar.tensor.SampleData.strided;
import static dev.ashlar.tensor.SampleData.transposed;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Samples of operations by index, and of order, of sizes at which kernels change their ways. */
final class LargeIndexSamples {
  private final List<OpSample> samples = new ArrayList<>();

  private LargeIndexSamples() {}

  static List<OpSample> all() {
    var all = new LargeIndexSamples();
    all.elements();
    all.slices();
    all.order();
    return List.copyOf(all.samples);
  }

  private void add(Op op, String what, Function<DType, List<Tensor>> inputs) {
    samples.add(new OpSample(op.label() + " " + what, op, inputs));
  }

  /** Gather and ScatterAdd: a tensor's shape, that of an index into it, and the axis. */
  private void elements() {
    elements(new int[] {40, 70}, new int[] {40, 90}, 1);
    elements(new int[] {40, 70}, new int[] {33, 70}, 0);
    elements(new int[] {5000}, new int[] {3000}, 0);
    elements(new int[] {3, 50, 17}, new int[] {2, 80, 17}, 1);
    elements(new int[] {300, 200}, new int[] {300, 200}, 1);
    elements(new int[] {300, 400}, new int[] {300, 390}, 0);
    elements(new int[] {2, 30, 300}, new int[] {2, 150, 300}, 1);
    elements(new int[] {30, 100}, new int[] {30, 2500}, 1);
    add(
        new Op.Gather(1),
        "one row for all",
        t -> List.of(numbers(t, 171, 70, 40), indices(DType.I32, 172, 40, 60).expand(70, 60)));
    add(
        new Op.ScatterAdd(1),
        "one row for all",
        t ->
            List.of(
                numbers(t, 171).expand(70, 40),
                indices(DType.I32, 172, 40, 60).expand(70, 60),
                numbers(t, 173, 70, 1).expand(70, 60)));
  }

  private void elements(int[] dims, int[] index, int axis) {
    String shape = Shape.of(dims) + " axis " + axis;
    add(
        new Op.Gather(axis),
        shape,
        t -> List.of(numbers(t, 171, dims), indices(DType.I32, 172, dims[axis], index)));
    add(
        new Op.Gather(axis),
        shape + " of views",
        t ->
            List.of(
                transposed(numbers(t, 171, dims)),
                transposed(indices(DType.I64, 172, dims[axis], index))));
    add(
        new Op.ScatterAdd(axis),
        shape,
        t ->
            List.of(
                numbers(t, 171, dims),
                indices(DType.I64, 172, dims[axis], index),
                numbers(t, 173, index)));
    add(
        new Op.ScatterAdd(axis),
        shape + " of views",
        t ->
            List.of(
                strided(numbers(t, 171, dims)),
                transposed(indices(DType.I32, 172, dims[axis], index)),
                offset(numbers(t, 173, index))));
  }

  /** IndexSelect and IndexAdd. */
  private void slices() {
    slices(0, 40, 33);
    slices(0, 3000, 2);
    slices(1, 60, 70);
    slices(1, 5, 40, 33);
    slices(1, 50, 40, 3);
    slices(1, 3, 20, 1100);
    slices(2, 7, 20, 300);
    add(
        new Op.IndexSelect(1),
        "[30, 50] by 2500",
        t -> List.of(numbers(t, 174, 30, 50), indices(DType.I32, 175, 50, 2500)));
  }

  private void slices(int axis, int... dims) {
    String shape = Shape.of(dims) + " axis " + axis;
    int[] source = dims.clone();
    source[axis] = 90;
    int[] matrix = Shape.of(source).without(axis).inserted(axis, 30).inserted(axis, 3).dims();
    add(
        new Op.IndexSelect(axis),
        shape,
        t -> List.of(numbers(t, 174, dims), indices(DType.I32, 175, dims[axis], 90)));
    add(
        new Op.IndexSelect(axis),
        shape + " of views",
        t ->
            List.of(
                transposed(numbers(t, 174, dims)),
                transposed(indices(DType.I64, 175, dims[axis], 3, 30))));
    add(
        new Op.IndexAdd(axis),
        shape,
        t ->
            List.of(
                numbers(t, 174, dims),
                indices(DType.I32, 175, dims[axis], 90),
                numbers(t, 176, source)));
    add(
        new Op.IndexAdd(axis),
        shape + " of views",
        t ->
            List.of(
                numbers(t, 174).expand(dims),
                transposed(indices(DType.I64, 175, dims[axis], 3, 30)),
                transposed(numbers(t, 176, matrix))));
  }

  private void order() {
    for (boolean descending : new boolean[] {false, true}) {
      add(new Op.Sort(1, descending), "[300, 40]", t -> List.of(numbers(t, 177, 300, 40)));
      add(new Op.Sort(0, descending), "[300, 40]", t -> List.of(numbers(t, 177, 300, 40)));
      add(
          new Op.Sort(1, descending),
          "[4, 3000] equals",
          t -> List.of(strided(wholes(t, 178, 4, 3000))));
      add(
          new Op.Sort(1, descending),
          "[3, 200, 19] transposed",
          t -> List.of(transposed(numbers(t, 177, 3, 200, 19))));
    }
    add(new Op.Sort(1, false), "one column", t -> List.of(numbers(t, 177, 30, 1).expand(30, 40)));
    for (int k : new int[] {1, 5, 16, 17, 100, 400, 900}) {
      boolean largest = k % 2 == 1;
      String what = k + " of ";
      add(new Op.TopK(1, k, largest), what + "[7, 900]", t -> List.of(numbers(t, 179, 7, 900)));
      add(
          new Op.TopK(0, k, largest),
          what + "[900, 37] equals",
          t -> List.of(wholes(t, 179, 900, 37)));
      add(
          new Op.TopK(1, k, largest),
          what + "rising",
          t -> List.of(transposed(SampleData.fill(t, i -> i, 2, 900))));
    }
  }
}
