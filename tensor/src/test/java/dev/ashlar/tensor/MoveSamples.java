package dev.ashlar.tensor;

import static dev.ashlar.tensor.SampleData.indices;
import static dev.ashlar.tensor.SampleData.numbers;
import static dev.ashlar.tensor.SampleData.offset;
import static dev.ashlar.tensor.SampleData.strided;
import static dev.ashlar.tensor.SampleData.transposed;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Small samples of operations that move numbers, by position and by index. */
final class MoveSamples {
  private final List<OpSample> samples = new ArrayList<>();

  private MoveSamples() {}

  static List<OpSample> all() {
    var all = new MoveSamples();
    all.moves();
    all.indexed();
    return List.copyOf(all.samples);
  }

  private void add(Op op, String what, Function<DType, List<Tensor>> inputs) {
    samples.add(new OpSample(op.label() + " " + what, op, inputs));
  }

  private void moves() {
    for (int axis = 0; axis < 2; axis++) {
      add(
          new Op.Concat(axis),
          axis + " twice",
          t -> List.of(numbers(t, 81, 2, 3), numbers(t, 82, 2, 3)));
      add(new Op.Pad(axis, 1, 1, 6), "axis " + axis, t -> List.of(numbers(t, 83, 3, 4)));
      add(
          new Op.Pad(axis, 1, 2, 9),
          "axis " + axis + " by 2",
          t -> List.of(transposed(numbers(t, 83, 3, 4))));
    }
    add(new Op.Concat(0), "one", t -> List.of(strided(numbers(t, 81, 5))));
    add(
        new Op.Concat(1),
        "unequal views",
        t ->
            List.of(
                transposed(numbers(t, 81, 2, 3)),
                numbers(t, 82, 2, 0),
                offset(numbers(t, 84, 2, 1))));
    add(new Op.Pad(0, 2, 1, 2), "of nothing", t -> List.of(numbers(t, 85, 0, 3)));
    add(new Op.Pad(0, 0, 1, 3), "in place", t -> List.of(numbers(t, 85, 3)));
  }

  private void indexed() {
    for (DType index : List.of(DType.I32, DType.I64)) {
      add(
          new Op.Gather(1),
          index.toString(),
          t -> List.of(numbers(t, 91, 3, 5), indices(index, 92, 5, 3, 4)));
      add(
          new Op.ScatterAdd(1),
          index.toString(),
          t -> List.of(numbers(t, 91, 3, 5), indices(index, 92, 5, 3, 4), numbers(t, 93, 3, 4)));
      add(
          new Op.IndexSelect(1),
          index.toString(),
          t -> List.of(numbers(t, 91, 2, 5, 3), indices(index, 92, 5, 4)));
      add(
          new Op.IndexAdd(1),
          index.toString(),
          t -> List.of(numbers(t, 91, 2, 5, 3), indices(index, 92, 5, 4), numbers(t, 93, 2, 4, 3)));
      add(new Op.OneHot(5, DType.F32), index + " [3]", _ -> List.of(indices(index, 94, 5, 3)));
    }
    add(
        new Op.Gather(0),
        "fewer lines",
        t -> List.of(transposed(numbers(t, 91, 4, 5)), indices(DType.I64, 92, 4, 6, 2)));
    add(
        new Op.ScatterAdd(0),
        "fewer lines",
        t ->
            List.of(
                strided(numbers(t, 91, 4, 5)),
                strided(indices(DType.I64, 92, 4, 6, 2)),
                transposed(numbers(t, 93, 6, 2))));
    add(new Op.Gather(0), "empty", t -> List.of(numbers(t, 91, 3), indices(DType.I64, 92, 3, 0)));
    add(
        new Op.ScatterAdd(0),
        "empty",
        t -> List.of(numbers(t, 91, 3), indices(DType.I64, 92, 3, 0), numbers(t, 93, 0)));
    add(
        new Op.IndexSelect(0),
        "table",
        t -> List.of(numbers(t, 95, 7, 3), indices(DType.I32, 96, 7, 2, 4)));
    add(
        new Op.IndexSelect(0),
        "one",
        t -> List.of(numbers(t, 95, 7, 3), indices(DType.I32, 96, 7)));
    add(
        new Op.IndexSelect(2),
        "views",
        t -> List.of(transposed(numbers(t, 95, 2, 3, 4)), strided(indices(DType.I32, 96, 4, 5))));
    add(
        new Op.IndexSelect(0),
        "empty",
        t -> List.of(numbers(t, 95, 7, 3), indices(DType.I32, 96, 7, 0)));
    add(
        new Op.IndexAdd(0),
        "table",
        t ->
            List.of(
                numbers(t, 97, 7, 3), indices(DType.I32, 98, 7, 2, 4), numbers(t, 99, 2, 4, 3)));
    add(
        new Op.IndexAdd(2),
        "views",
        t ->
            List.of(
                transposed(numbers(t, 97, 2, 3, 4)),
                strided(indices(DType.I32, 98, 4, 2, 3)),
                transposed(numbers(t, 99, 2, 3, 2, 3))));
    add(
        new Op.IndexAdd(0),
        "one",
        t -> List.of(numbers(t, 97, 7, 3), indices(DType.I32, 98, 7), numbers(t, 99, 3)));
    add(
        new Op.OneHot(3, DType.F64),
        "matrix",
        _ -> List.of(strided(indices(DType.I64, 94, 3, 2, 4))));
    add(new Op.OneHot(4, DType.BOOL), "flags", _ -> List.of(indices(DType.I64, 94, 4, 6)));
    add(new Op.OneHot(2, DType.I32), "scalar", _ -> List.of(indices(DType.I32, 94, 2)));
  }
}
