package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.Views;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import dev.ashlar.tensor.spi.Kernels;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Elementwise steps as one: results of one size, each element of which depends on few of every
 * input. What the steps compute for each other lies nowhere. Values are known by numbers of its
 * own, so that equal steps are equal.
 *
 * @param steps the steps in order; views among them are other shapes of the same elements
 * @param numbers values that are the same number everywhere: Long of integers, else Double
 * @param inputs what the steps read from memory
 * @param outputs what of their results others read
 */
record Fused(List<Step> steps, Map<Value, Number> numbers, List<Value> inputs, List<Value> outputs)
    implements Op.Custom {
  // A name in messages need not tell more.
  private static final int NAMED = 6;
  private static final int ALIGNMENT = 64;

  /** Returns steps of a program as one. */
  static Fused of(
      List<Step> steps, Map<Value, Number> numbers, List<Value> inputs, List<Value> outputs) {
    Map<Value, Value> own = new HashMap<>();
    for (Value input : inputs) renumber(input, own);
    List<Step> renumbered = new ArrayList<>();
    for (Step step : steps) {
      renumbered.add(
          new Step(step.op(), renumber(step.inputs(), own), renumber(step.outputs(), own)));
    }
    Map<Value, Number> used = new HashMap<>();
    numbers.forEach((value, number) -> used.put(own.get(value), number));
    return new Fused(renumbered, used, renumber(inputs, own), renumber(outputs, own));
  }

  private static List<Value> renumber(List<Value> values, Map<Value, Value> own) {
    return values.stream().map(value -> renumber(value, own)).toList();
  }

  private static Value renumber(Value value, Map<Value, Value> own) {
    return own.computeIfAbsent(value, v -> new Value(own.size(), v.spec()));
  }

  /** Returns a step by itself, whose inputs are as many as the step has. */
  static Fused of(Step step) {
    List<Value> inputs = new ArrayList<>();
    for (Value input : step.inputs()) inputs.add(new Value(inputs.size(), input.spec()));
    List<Value> outputs = new ArrayList<>();
    for (Value output : step.outputs()) {
      outputs.add(new Value(inputs.size() + outputs.size(), output.spec()));
    }
    return new Fused(List.of(new Step(step.op(), inputs, outputs)), Map.of(), inputs, outputs);
  }

  /** Returns the operation that copies a number everywhere. */
  static Fused fill(TensorSpec spec, Number number) {
    Value value = new Value(0, spec);
    Value output = new Value(1, spec);
    Step copy = new Step(new Copy(), List.of(value), List.of(output));
    return new Fused(List.of(copy), Map.of(value, number), List.of(), List.of(output));
  }

  /** Returns a number as code can have it, or empty where TornadoVM writes something else. */
  static Optional<Number> number(DType dtype, double number) {
    return Optional.ofNullable(
        switch (dtype) {
          case I32 -> (Number) (long) (int) number;
          case I64 -> (long) number;
          case BOOL -> number != 0 ? 1.0 : 0.0;
          // NaN is an identifier that OpenCL does not know.
          case F32 -> Double.isNaN(number) ? null : number;
          // And infinity a float, of which only half an element is written.
          case F64 -> Double.isFinite(number) ? number : null;
          case BF16 -> null;
        });
  }

  @Override
  public String label() {
    List<String> names =
        steps.stream()
            .filter(step -> !(step.op() instanceof View))
            .map(step -> step.op().label())
            .toList();
    if (names.size() == 1) return names.getFirst();
    String most = names.stream().limit(NAMED).collect(Collectors.joining(", "));
    return "fused(" + most + (names.size() > NAMED ? ", …)" : ")");
  }

  /** Returns the label: what the steps read and make would be long. */
  @Override
  public String toString() {
    return label();
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> specs) {
    return outputs.stream().map(Value::spec).toList();
  }

  /** Computes step by step with the CPU's kernels: what devices are held to. */
  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    try (Arena arena = Arena.ofShared()) {
      Map<Value, Operand> values = new HashMap<>();
      for (int i = 0; i < inputs.size(); i++) values.put(inputs.get(i), in.get(i));
      numbers.forEach((value, number) -> values.put(value, everywhere(value, number, arena)));
      for (Step step : steps) compute(step, values, arena);
      for (int i = 0; i < outputs.size(); i++) copy(values.get(outputs.get(i)), out.get(i));
    }
  }

  private static Operand everywhere(Value value, Number number, Arena arena) {
    var one = memory(new TensorSpec(value.spec().dtype(), Shape.scalar()), arena);
    if (number instanceof Long) one.setLong(0, number.longValue());
    else one.setDouble(0, number.doubleValue());
    return one.with(one.layout().expand(value.spec().shape()));
  }

  private static Operand memory(TensorSpec spec, Arena arena) {
    var data = arena.allocate(Math.max(1, spec.byteSize()), ALIGNMENT);
    return new Operand(spec.dtype(), Layout.contiguous(spec.shape()), data);
  }

  private static void compute(Step step, Map<Value, Operand> values, Arena arena) {
    List<Operand> from = new ArrayList<>(step.inputs().stream().map(values::get).toList());
    if (step.op() instanceof View view) {
      Layout layout = Views.layout(view, from.getFirst().layout()).orElseThrow();
      values.put(step.outputs().getFirst(), from.getFirst().with(layout));
      return;
    }
    List<Operand> to = step.outputs().stream().map(v -> memory(v.spec(), arena)).toList();
    for (int i = 0; i < to.size(); i++) {
      int donor = donor(step.op(), i);
      if (donor < 0) continue;
      copy(from.get(donor), to.get(i));
      from.set(donor, to.get(i));
    }
    Kernels.find(step.op(), from.stream().map(Operand::spec).toList()).run(from, to);
    for (int i = 0; i < to.size(); i++) values.put(step.outputs().get(i), to.get(i));
  }

  private static void copy(Operand from, Operand to) {
    Kernels.find(new Copy(), List.of(from.spec())).run(List.of(from), List.of(to));
  }

  @Override
  public List<Integer> donations() {
    List<Integer> donations = new ArrayList<>();
    for (Value output : outputs) {
      Step step = maker(output);
      int donor = donor(step.op(), step.outputs().indexOf(output));
      donations.add(donor < 0 ? -1 : inputs.indexOf(step.inputs().get(donor)));
    }
    return donations;
  }

  /** Returns the operation that makes an output. */
  Op writer(int output) {
    return maker(outputs.get(output)).op();
  }

  private Step maker(Value output) {
    return steps.stream().filter(s -> s.outputs().contains(output)).findFirst().orElseThrow();
  }

  /** Returns how many steps are in a step. */
  static int count(Step step) {
    return step.op() instanceof Fused fused ? fused.steps.size() : 1;
  }

  /** Returns whether a step may report a fault. */
  boolean canFail() {
    return steps.stream().anyMatch(ElementCode::canFail);
  }

  /** Returns the input whose memory an operation wants for an output, or -1. */
  static int donor(Op op, int output) {
    if (!(op instanceof Custom custom) || output >= custom.donations().size()) return -1;
    return custom.donations().get(output);
  }
}
