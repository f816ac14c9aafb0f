package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.program.Program.Constant;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rewrites programs: each pass is a function from a program to one that answers the same bits. */
public final class Passes {
  private Passes() {}

  /** Returns the program after all passes. */
  public static Program simplify(Program program) {
    return removeDeadCode(mergeCommonSubexpressions(program));
  }

  /**
   * Returns the program without steps whose results nobody uses. An error that such a step would
   * have raised, an index out of range say, goes with it.
   */
  public static Program removeDeadCode(Program program) {
    Set<Value> used = new HashSet<>(program.outputs());
    List<Step> kept = new ArrayList<>();
    for (Step step : program.steps().reversed()) {
      if (step.outputs().stream().noneMatch(used::contains)) continue;
      used.addAll(step.inputs());
      kept.add(step);
    }
    return program.with(kept.reversed(), program.outputs());
  }

  /**
   * Returns the program with every operation computed once per equal inputs. Operations are equal
   * as records are: random ones with equal keys too.
   *
   * <p>An {@link Op.Alias} is nobody's equal, so what is computed from one is computed anew:
   * recomputation in a backward pass works so, and would be undone otherwise. Results that the
   * program answers in memories of their own stay apart as well.
   */
  public static Program mergeCommonSubexpressions(Program program) {
    return new Merge(program).run();
  }

  /** One run of the merging pass. */
  private static final class Merge {
    /** What two steps must agree in. */
    private record Expression(Op op, List<Value> inputs) {}

    private static final int SMALL = 16;

    private final Program program;
    private final Liveness liveness;
    private final Map<Value, Value> replacements = new HashMap<>();
    private final Map<Expression, Step> first = new HashMap<>();
    private final Set<Step> answered = new HashSet<>();
    private final List<Step> steps = new ArrayList<>();

    Merge(Program program) {
      this.program = program;
      this.liveness = Liveness.of(program);
    }

    Program run() {
      mergeConstants();
      program.steps().forEach(this::visit);
      return program.with(steps, replaced(program.outputs()));
    }

    /** Finds numbers written twice: what is made of them is then equal too. */
    private void mergeConstants() {
      Map<List<Object>, Value> known = new HashMap<>();
      for (Constant constant : program.constants()) {
        Tensor tensor = constant.tensor();
        if (!isSmall(tensor)) continue;
        List<Object> numbers =
            List.of(
                tensor.spec(),
                ByteBuffer.wrap(
                    TensorAccess.operand(tensor).elements().toArray(ValueLayout.JAVA_BYTE)));
        Value first = known.putIfAbsent(numbers, constant.value());
        if (first != null) replacements.put(constant.value(), first);
      }
    }

    private static boolean isSmall(Tensor tensor) {
      boolean few = tensor.size() <= SMALL;
      return few && tensor.layout().isContiguous();
    }

    private void visit(Step step) {
      var expression = new Expression(step.op(), replaced(step.inputs()));
      Step now = new Step(step.op(), expression.inputs(), step.outputs());
      boolean owns = !(step.op() instanceof Op.View);
      boolean isAnswered = owns && step.outputs().stream().anyMatch(liveness::isAnswered);
      Step before = step.op() instanceof Op.Alias ? null : first.get(expression);
      if (before == null || isAnswered && answered.contains(before)) {
        steps.add(now);
        first.putIfAbsent(expression, now);
        if (isAnswered) answered.add(now);
        return;
      }
      for (int i = 0; i < step.outputs().size(); i++) {
        replacements.put(step.outputs().get(i), before.outputs().get(i));
      }
      if (isAnswered) answered.add(before);
    }

    private List<Value> replaced(List<Value> values) {
      return values.stream().map(value -> replacements.getOrDefault(value, value)).toList();
    }
  }
}
