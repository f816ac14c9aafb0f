package dev.ashlar.tensor.program;

import dev.ashlar.tensor.program.Program.Input;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A step of a program as a program of its own: the views through which the step reads, and the
 * step. Its values are numbered anew, so that those of equal steps are equal.
 *
 * @param program what remains of the program
 * @param reads the values, of the program it is from, that it is to be called with
 */
record LoneStep(Program program, List<Value> reads) {
  /**
   * Returns a step by itself.
   *
   * @param views the program's views, by the values they define
   */
  static LoneStep of(Step step, Map<Value, Step> views) {
    var builder = new Builder(views);
    builder.add(step);
    return builder.build(step);
  }

  private static final class Builder {
    private final Map<Value, Step> views;
    private final Map<Value, Value> own = new HashMap<>();
    private final List<Value> reads = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    Builder(Map<Value, Step> views) {
      this.views = views;
    }

    void add(Step step) {
      step.inputs().forEach(this::read);
      steps.add(new Step(step.op(), own(step.inputs()), own(step.outputs())));
    }

    private void read(Value value) {
      if (own.containsKey(value)) return;
      Step view = views.get(value);
      if (view != null) {
        add(view);
      } else {
        reads.add(value);
        own(value);
      }
    }

    private List<Value> own(List<Value> values) {
      return values.stream().map(this::own).toList();
    }

    private Value own(Value value) {
      return own.computeIfAbsent(value, v -> new Value(own.size(), v.spec()));
    }

    LoneStep build(Step step) {
      List<Input> inputs = reads.stream().map(value -> new Input("", own(value))).toList();
      return new LoneStep(new Program(inputs, List.of(), steps, own(step.outputs())), reads);
    }
  }
}
