package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Looks at every result for what {@link Anomaly} is after. Stands outside a tape that is opened
 * while it watches, and so sees its backward pass too.
 */
record AnomalyWatch(Interpreter inner) implements Interpreter {

  /** The first number of a kind in a tensor. */
  private record Bad(double value, String index) {
    @Override
    public String toString() {
      return (Double.isNaN(value) ? "NaN" : value > 0 ? "infinity" : "-infinity") + " at " + index;
    }
  }

  @Override
  public List<Tensor> interpret(Op op, List<Tensor> inputs) {
    boolean overwrites = op instanceof Op.Custom custom && !custom.donations().isEmpty();
    if (overwrites) checkInputs(op, inputs);
    List<Tensor> results = inner.during(() -> inner.interpret(op, inputs));
    // Views hold what was looked at before; a source makes what it is asked for.
    if (op instanceof Op.View || op instanceof Op.Source || op instanceof Op.Random) return results;
    for (int i = 0; i < results.size(); i++) {
      Tensor result = results.get(i);
      Optional<Bad> bad = first(result, false);
      if (bad.isEmpty()) continue;
      List<Tensor> before = overwrites ? List.of() : inputs;
      checkInputs(op, before);
      boolean passedOn =
          !Double.isNaN(bad.get().value)
              && before.stream().anyMatch(x -> first(x, false).isPresent());
      if (passedOn) bad = first(result, true);
      if (bad.isPresent()) throw made(op, inputs, result, bad.get());
    }
    return results;
  }

  private static AnomalyException made(Op op, List<Tensor> inputs, Tensor result, Bad bad) {
    String from = inputs.stream().map(x -> x.spec().toString()).collect(Collectors.joining(", "));
    return Anomaly.found(
        op, "made %s of its result %s, from (%s)".formatted(bad, result.spec(), from));
  }

  /** A NaN that no watched operation made: it came with the data. */
  private static void checkInputs(Op op, List<Tensor> inputs) {
    for (int i = 0; i < inputs.size(); i++) {
      Optional<Bad> bad = first(inputs.get(i), true);
      if (bad.isEmpty()) continue;
      String what =
          "was handed %s of its input %d, %s: it was made outside of what is watched"
              .formatted(bad.get(), i, inputs.get(i).spec());
      throw Anomaly.found(op, what);
    }
  }

  /** Returns the first NaN, or also the first infinity, in row-major order. */
  private static Optional<Bad> first(Tensor tensor, boolean onlyNaN) {
    if (!tensor.dtype().isFloating() && tensor.dtype() != DType.BF16) return Optional.empty();
    return tensor.read(
        operand -> {
          long at = find(operand, onlyNaN);
          if (at < 0) return Optional.empty();
          return Optional.of(new Bad(element(operand, at), index(operand.shape(), at)));
        });
  }

  private static long find(Operand operand, boolean onlyNaN) {
    if (operand.dtype() == DType.F32 && operand.isContiguous()) {
      MemorySegment floats = operand.elements();
      long size = operand.size();
      for (long i = 0; i < size; i++) {
        float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        if (!Float.isFinite(value) && (!onlyNaN || Float.isNaN(value))) return i;
      }
      return -1;
    }
    var positions = new Positions(operand.layout());
    for (long i = 0; i < operand.size(); i++) {
      double value = operand.getDouble(positions.next());
      if (!Double.isFinite(value) && (!onlyNaN || Double.isNaN(value))) return i;
    }
    return -1;
  }

  private static double element(Operand operand, long at) {
    var positions = new Positions(operand.layout());
    for (long i = 0; i < at; i++) positions.next();
    return operand.getDouble(positions.next());
  }

  private static String index(Shape shape, long at) {
    int[] index = new int[shape.rank()];
    long rest = at;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = (int) (rest % shape.dim(axis));
      rest /= shape.dim(axis);
    }
    return Arrays.toString(index);
  }
}
