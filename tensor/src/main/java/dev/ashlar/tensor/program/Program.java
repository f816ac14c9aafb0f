package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Operations as data, in single assignment: every value is defined once, by an input, a constant or
 * a step, before it is used. Immutable; {@link #toString} lists it.
 *
 * <p>A step changes nothing: an operation that {@linkplain Op.Custom#donations writes into its
 * inputs} stands for the function it computes, and {@link Liveness#mayOverwrite} says whether doing
 * it in place gives the same. Random operations take their key as an input: one that is not an
 * input of the program is a constant, of which it draws the same numbers each time it runs.
 *
 * @param inputs what the program is called with
 * @param constants tensors from outside that the traced function used; whoever traced the program
 *     keeps them alive
 * @param steps the operations, in an order in which they can run
 * @param outputs what the program answers; a value may be answered twice
 */
public record Program(
    List<Input> inputs, List<Constant> constants, List<Step> steps, List<Value> outputs) {

  /** A tensor of the program, known by its number. */
  public record Value(int number, TensorSpec spec) {
    /** Returns, for example, {@code %3}. */
    @Override
    public String toString() {
      return "%" + number;
    }
  }

  /**
   * A tensor the program is called with.
   *
   * @param name its path in the structure of the function's inputs, such as {@code
   *     layers.0.query.weight}
   */
  public record Input(String name, Value value) {}

  /** A tensor that is the same at every call. */
  public record Constant(Value value, Tensor tensor) {}

  /** One operation: what it reads and the values it defines. */
  public record Step(Op op, List<Value> inputs, List<Value> outputs) {
    /** Copies the lists. */
    public Step {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * Copies the lists and checks them.
   *
   * @throws IllegalArgumentException naming a value that is defined twice, or used before it is
   *     defined
   */
  public Program {
    inputs = List.copyOf(inputs);
    constants = List.copyOf(constants);
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
    Set<Value> defined = new HashSet<>();
    for (Input input : inputs) define(defined, input.value());
    for (Constant constant : constants) define(defined, constant.value());
    for (Step step : steps) {
      for (Value input : step.inputs()) need(defined, input, step.op().label());
      for (Value output : step.outputs()) define(defined, output);
    }
    for (Value output : outputs) need(defined, output, "the result");
  }

  private static void define(Set<Value> defined, Value value) {
    if (!defined.add(value)) {
      throw new IllegalArgumentException("program: %s is defined twice".formatted(value));
    }
  }

  private static void need(Set<Value> defined, Value value, String by) {
    if (!defined.contains(value)) {
      throw new IllegalArgumentException(
          "program: %s is used by %s before it is defined".formatted(value, by));
    }
  }

  /** Returns this program with other steps and outputs, and without constants they do not use. */
  Program with(List<Step> otherSteps, List<Value> otherOutputs) {
    Set<Value> used = new HashSet<>(otherOutputs);
    for (Step step : otherSteps) used.addAll(step.inputs());
    List<Constant> left = constants.stream().filter(c -> used.contains(c.value())).toList();
    return new Program(inputs, left, otherSteps, otherOutputs);
  }

  /** Returns a number above that of every value. */
  public int valueLimit() {
    int limit = 0;
    for (Input input : inputs) limit = Math.max(limit, input.value().number() + 1);
    for (Constant constant : constants) limit = Math.max(limit, constant.value().number() + 1);
    for (Step step : steps) {
      for (Value output : step.outputs()) limit = Math.max(limit, output.number() + 1);
    }
    return limit;
  }

  /** Returns a listing, one value or step per line. */
  @Override
  public String toString() {
    return Listing.of(this);
  }
}
