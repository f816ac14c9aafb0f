package dev.ashlar.autodiff;

import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.TensorTree;
import dev.ashlar.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A whole computation as one recorded call, whose backward computes it anew on a tape of its own.
 *
 * @param captured what the body reads beside its inputs, to be kept for it
 */
record Recompute<T, R>(T structure, Function<? super T, ? extends R> body, List<Tensor> captured)
    implements DifferentiableOp {
  @Override
  public String label() {
    return "checkpoint";
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    throw onlyRecorded();
  }

  @Override
  public void compute(List<Operand> inputs, List<Operand> outputs) {
    throw onlyRecorded();
  }

  private static IllegalStateException onlyRecorded() {
    return new IllegalStateException("checkpoint: recorded by a tape, never interpreted");
  }

  @Override
  public Saved saved() {
    return Saved.INPUTS;
  }

  @Override
  public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
    return vjp(
        call, dOutputs, in -> TensorTree.leaves(body.apply(TensorTree.withLeaves(structure, in))));
  }

  /**
   * Returns the gradients of {@code body}, which computes a call's outputs from its inputs, by
   * recording it.
   */
  static List<Optional<Tensor>> vjp(
      Call call, List<Tensor> dOutputs, Function<List<Tensor>, List<Tensor>> body) {
    try (var tape = new Tape(Interpreter.current())) {
      List<Tensor> leaves = new ArrayList<>();
      for (int i = 0; i < call.inputs().size(); i++) {
        leaves.add(call.needs(i) ? tape.leaf(call.input(i)) : call.input(i));
      }
      List<Tensor> outputs = tape.during(() -> body.apply(leaves));
      return tape.backward(outputs, dOutputs, leaves, true);
    }
  }
}
