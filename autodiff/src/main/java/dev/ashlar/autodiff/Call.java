package dev.ashlar.autodiff;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import java.util.List;

/**
 * One operation as a tape recorded it: what went in and what came out.
 *
 * @param ahead what {@link DifferentiableOp#ahead} made beside the outputs
 * @param needed per input, whether its gradient is wanted
 */
public record Call(
    Op op, List<Tensor> inputs, List<Tensor> outputs, List<Tensor> ahead, List<Boolean> needed) {
  /** Returns an input. */
  public Tensor input(int index) {
    return inputs.get(index);
  }

  /** Returns an output. */
  public Tensor output(int index) {
    return outputs.get(index);
  }

  /** Returns a result that was made ahead. */
  public Tensor ahead(int index) {
    return ahead.get(index);
  }

  /** Returns whether the gradient in an input is wanted: a rule may leave out what is not. */
  public boolean needs(int input) {
    return needed.get(input);
  }
}
