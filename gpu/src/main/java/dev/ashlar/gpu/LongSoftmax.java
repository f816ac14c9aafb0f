package dev.ashlar.gpu;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Composes the softmax of few long lines of operations in which several work groups share a line:
 * the kernel of a softmax has a group for each.
 */
final class LongSoftmax {
  private final List<Step> steps = new ArrayList<>();
  private int next;

  private LongSoftmax(Program program) {
    this.next = program.valueLimit();
    program.steps().forEach(this::add);
  }

  /** Returns a program that answers the same. */
  static Program composed(Program program) {
    List<Step> steps = new LongSoftmax(program).steps;
    if (steps.size() == program.steps().size()) return program;
    return new Program(program.inputs(), program.constants(), steps, program.outputs());
  }

  private void add(Step step) {
    switch (step.op()) {
      case Op.Softmax(int axis) when isLong(step, axis) -> {
        Value power = step(new Op.Exp(), shifted(step, axis));
        steps.add(new Step(new Op.Div(), List.of(power, sum(power, axis)), step.outputs()));
      }
      case Op.LogSoftmax(int axis) when isLong(step, axis) -> {
        Value shifted = shifted(step, axis);
        Value log = step(new Op.Log(), sum(step(new Op.Exp(), shifted), axis));
        steps.add(new Step(new Op.Minus(), List.of(shifted, log), step.outputs()));
      }
      default -> steps.add(step);
    }
  }

  private static boolean isLong(Step step, int axis) {
    TensorSpec spec = step.outputs().getFirst().spec();
    int size = spec.shape().dim(axis);
    return size > 0 && Lines.isLong(spec.shape().size() / size, size);
  }

  /** Adds the steps that take the greatest of each line from it. */
  private Value shifted(Step step, int axis) {
    Value x = step.inputs().getFirst();
    Value greatest = line(new Op.Max(List.of(axis), true), x, axis);
    return step(new Op.Minus(), x, greatest);
  }

  private Value sum(Value x, int axis) {
    return line(new Op.Sum(List.of(axis), true), x, axis);
  }

  private Value line(Op op, Value x, int axis) {
    var spec = new TensorSpec(x.spec().dtype(), x.spec().shape().with(axis, 1));
    return add(op, List.of(x), spec);
  }

  /** Adds a step whose result is like its first input. */
  private Value step(Op op, Value... inputs) {
    return add(op, List.of(inputs), inputs[0].spec());
  }

  private Value add(Op op, List<Value> inputs, TensorSpec spec) {
    Value value = new Value(next++, spec);
    steps.add(new Step(op, inputs, List.of(value)));
    return value;
  }
}
