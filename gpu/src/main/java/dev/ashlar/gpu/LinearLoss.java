package dev.ashlar.gpu;

import dev.ashlar.autodiff.nn.LinearCrossEntropyOp;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import dev.ashlar.tensor.program.Trace;
import dev.ashlar.tensor.program.Tracer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Composes the cross-entropy of a linear layer of the product and the cross-entropy: a device holds
 * logits whole.
 */
final class LinearLoss {
  private final List<Step> steps = new ArrayList<>();
  private int next;

  private LinearLoss(Program program) {
    this.next = program.valueLimit();
    program.steps().forEach(this::add);
  }

  /** Returns a program that answers the same. */
  static Program composed(Program program) {
    List<Step> steps = new LinearLoss(program).steps;
    if (steps.size() == program.steps().size()) return program;
    return new Program(program.inputs(), program.constants(), steps, program.outputs());
  }

  private void add(Step step) {
    switch (step.op()) {
      case LinearCrossEntropyOp loss -> addStepsOf(loss::composed, step);
      case LinearCrossEntropyOp.WithGradients loss -> addStepsOf(loss::composed, step);
      default -> steps.add(step);
    }
  }

  /** Adds the steps of a function of the step's inputs that returns its results. */
  private void addStepsOf(Function<List<Tensor>, List<Tensor>> function, Step step) {
    List<Tensor> stands = step.inputs().stream().map(LinearLoss::stand).toList();
    try (Trace<List<Tensor>> trace = Tracer.trace(stands, function)) {
      Program traced = trace.program();
      Map<Value, Value> names = new HashMap<>();
      for (int i = 0; i < stands.size(); i++) {
        names.put(traced.inputs().get(i).value(), step.inputs().get(i));
      }
      for (int i = 0; i < step.outputs().size(); i++) {
        names.put(traced.outputs().get(i), step.outputs().get(i));
      }
      for (Step each : traced.steps()) {
        steps.add(new Step(each.op(), named(each.inputs(), names), named(each.outputs(), names)));
      }
    }
  }

  private static Tensor stand(Value value) {
    return TensorAccess.withoutMemory(
        value.spec().dtype(), Layout.contiguous(value.spec().shape()), () -> {});
  }

  private List<Value> named(List<Value> values, Map<Value, Value> names) {
    return values.stream()
        .map(value -> names.computeIfAbsent(value, v -> new Value(next++, v.spec())))
        .toList();
  }
}
