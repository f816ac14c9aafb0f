package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which values share memory, and until when it is read. A view shares the memory of what it views,
 * its root; the root lives until the last step that reads it or any view of it.
 */
public final class Liveness {
  private final Program program;
  private final Map<Value, Value> roots = new HashMap<>();
  private final Map<Value, Integer> lastUses = new HashMap<>();
  private final Set<Value> constants = new HashSet<>();

  private Liveness(Program program) {
    this.program = program;
  }

  /** Returns the lifetimes of a program's values. */
  public static Liveness of(Program program) {
    var liveness = new Liveness(program);
    liveness.walk();
    return liveness;
  }

  private void walk() {
    program.inputs().forEach(input -> define(input.value(), input.value(), -1));
    program.constants().forEach(constant -> define(constant.value(), constant.value(), -1));
    program.constants().forEach(constant -> constants.add(constant.value()));
    List<Step> steps = program.steps();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      for (Value input : step.inputs()) lastUses.put(root(input), i);
      boolean view = step.op() instanceof Op.View;
      for (Value output : step.outputs()) {
        define(output, view ? root(step.inputs().getFirst()) : output, i);
      }
    }
    for (Value output : program.outputs()) lastUses.put(root(output), steps.size());
  }

  private void define(Value value, Value root, int step) {
    roots.put(value, root);
    lastUses.merge(root, step, Math::max);
  }

  /** Returns the value whose memory this one lies in: itself, unless it is a view. */
  public Value root(Value value) {
    Value root = roots.get(value);
    if (root == null) throw new IllegalArgumentException("liveness: unknown value " + value);
    return root;
  }

  /**
   * Returns the number of the last step that reads the value's memory: of the step that defines it
   * if none does, the number of steps if the program answers it, -1 for an input nobody reads.
   */
  public int lastUse(Value value) {
    return lastUses.get(root(value));
  }

  /** Returns whether the program answers the value or another in the same memory. */
  public boolean isAnswered(Value value) {
    return lastUse(value) == program.steps().size();
  }

  /**
   * Returns whether step {@code number} may write a result over its input {@code position}: nothing
   * reads that memory later, or by another input of the step, and it is no constant's.
   */
  public boolean mayOverwrite(int number, int position) {
    List<Value> inputs = program.steps().get(number).inputs();
    Value root = root(inputs.get(position));
    if (constants.contains(root) || lastUse(root) != number) return false;
    return inputs.stream().filter(input -> root(input).equals(root)).count() == 1;
  }
}
