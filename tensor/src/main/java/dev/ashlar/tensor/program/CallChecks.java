package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.program.Program.Constant;
import java.util.List;
import java.util.Map;

/** What every {@link Executable} checks of the tensors that it is run with. */
public final class CallChecks {
  private CallChecks() {}

  /**
   * Checks number, types, shapes and lifetimes.
   *
   * @throws IllegalArgumentException if the inputs are not of the program's types and shapes
   * @throws dev.ashlar.tensor.TensorLifetimeException if an input was freed or donated
   */
  public static void checkInputs(Program program, List<Tensor> inputs) {
    if (inputs.size() != program.inputs().size()) {
      throw new IllegalArgumentException(
          "program: takes %d tensors, got %d".formatted(program.inputs().size(), inputs.size()));
    }
    for (int i = 0; i < inputs.size(); i++) {
      TensorSpec wanted = program.inputs().get(i).value().spec();
      if (!inputs.get(i).spec().equals(wanted)) {
        throw new IllegalArgumentException(
            "program: input %s must be %s, got %s"
                .formatted(name(program, i), wanted, inputs.get(i).spec()));
      }
      TensorAccess.checkAlive(inputs.get(i));
    }
  }

  private static String name(Program program, int input) {
    String name = program.inputs().get(input).name();
    return name.isEmpty() ? "number " + input : name;
  }

  /**
   * Checks that what is updated in place can be, and that nothing else is read there.
   *
   * @param overwritten by number of the input, the operation that writes over it
   * @throws IllegalArgumentException if such an input shares its memory with another or a constant
   * @throws dev.ashlar.tensor.TensorLifetimeException if its memory is read-only
   */
  public static void checkOverwritten(
      Program program, Map<Integer, Op> overwritten, List<Tensor> inputs) {
    overwritten.forEach(
        (input, by) -> {
          Tensor written = inputs.get(input);
          TensorAccess.checkDonor(by, List.of(written), 0, written.spec());
          checkSole(program, input, inputs);
        });
  }

  private static void checkSole(Program program, int input, List<Tensor> inputs) {
    Tensor written = inputs.get(input);
    for (int i = 0; i < inputs.size(); i++) {
      if (i != input && TensorAccess.shareMemory(written, inputs.get(i))) {
        throw shared(program, input, "input " + name(program, i));
      }
    }
    for (Constant constant : program.constants()) {
      if (TensorAccess.shareMemory(written, constant.tensor())) {
        throw shared(program, input, "a tensor that the function uses without being passed it");
      }
    }
  }

  private static IllegalArgumentException shared(Program program, int input, String with) {
    return new IllegalArgumentException(
        "program: input %s is updated in place, and shares its memory with %s; pass copy() of one"
            .formatted(name(program, input), with));
  }
}
