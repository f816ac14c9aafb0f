package dev.ashlar.autodiff;

import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Watches the body of a checkpoint, of which the tape sees only the inputs: a followed tensor that
 * gets in by another way would lose its gradient. Other tensors may, and are noted, as the body
 * will read them again.
 */
final class CheckpointGuard implements Interpreter {
  private final Tape tape;
  private final Interpreter inner = Interpreter.current();
  // The body's inputs and what it made of them.
  private final Set<Tensor> own = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Tensor> captured = Collections.newSetFromMap(new IdentityHashMap<>());

  CheckpointGuard(Tape tape, List<Tensor> inputs) {
    this.tape = tape;
    own.addAll(inputs);
  }

  /**
   * Returns the tensors that operations read though they are neither inputs nor results of others:
   * made elsewhere, or in the body of Java's numbers.
   */
  Set<Tensor> captured() {
    return captured;
  }

  @Override
  public List<Tensor> interpret(Op op, List<Tensor> inputs) {
    for (Tensor input : inputs) {
      if (tape.tracks(input)) {
        throw new GradientException(
            "checkpoint: %s in its body uses %s, which a gradient is taken through but which is not"
                + " among the checkpoint's inputs; pass it in",
            op.label(), input.spec());
      }
      if (!own.contains(input)) captured.add(input);
    }
    List<Tensor> outputs = inner.during(() -> inner.interpret(op, inputs));
    own.addAll(outputs);
    return outputs;
  }
}
