package dev.ashlar.gpu;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import dev.ashlar.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Elementwise steps as one: results of one size, each element of which depends on few of every
 * input. What the steps compute for each other lies nowhere.
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

  @Override
  public String label() {
    List<String> names =
        steps.stream()
            .filter(step -> !(step.op() instanceof View))
            .map(step -> step.op().label())
            .toList();
    String most = names.stream().limit(NAMED).collect(Collectors.joining(", "));
    return "fused(" + most + (names.size() > NAMED ? ", …)" : ")");
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> specs) {
    return outputs.stream().map(Value::spec).toList();
  }

  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    throw new IllegalStateException(label() + ": steps are fused for devices alone");
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

  /** Returns the input whose memory an operation wants for an output, or -1. */
  static int donor(Op op, int output) {
    if (!(op instanceof Custom custom) || output >= custom.donations().size()) return -1;
    return custom.donations().get(output);
  }
}
