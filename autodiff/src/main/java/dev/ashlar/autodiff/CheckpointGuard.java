package dev.ashlar.autodiff;

import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import java.util.List;

/**
 * Watches the body of a checkpoint, of which the tape sees only the inputs: a followed tensor that
 * gets in by another way would lose its gradient.
 */
record CheckpointGuard(Tape tape, Interpreter inner) implements Interpreter {
  @Override
  public List<Tensor> interpret(Op op, List<Tensor> inputs) {
    for (Tensor input : inputs) {
      if (tape.tracks(input)) {
        throw new GradientException(
            "checkpoint: %s in its body uses %s, which a gradient is taken through but which is not"
                + " among the checkpoint's inputs; pass it in",
            op.label(), input.spec());
      }
    }
    return inner.during(() -> inner.interpret(op, inputs));
  }
}
