package dev.ashlar.autodiff;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A fused operation with a backward of its own: the open door for users, and how this library's own
 * are made.
 */
public interface DifferentiableOp extends Op.Custom {
  /**
   * Returns the gradient in each input, given those in the outputs (zeros where none arrived): of
   * the input's element type and shape, or empty where none flows or {@link Call#needs} says it is
   * not wanted. The engine accumulates. Made of operations that have gradients themselves, it can
   * be differentiated again.
   */
  List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs);

  /**
   * Returns the operation that a tape computes instead of this one where gradients are wanted in
   * some inputs: its first results are this one's, and the others are there for {@link #vjp}, as
   * {@link Call#ahead}. For what is cheap on the way forward and dear on the way back.
   *
   * @param needed per input, whether its gradient is wanted
   */
  default Op.Custom ahead(List<Boolean> needed) {
    return this;
  }

  /**
   * Returns what {@link #vjp} reads the numbers of; anything else may be freed before it is called.
   */
  default Saved saved() {
    return Saved.ALL;
  }

  /**
   * Returns what {@link #vjp} should, by differentiating {@code composed}: a function of the call's
   * inputs that computes its outputs from operations with gradients. For an operation whose
   * backward is rarely wanted, such as the backward of another.
   */
  static List<Optional<Tensor>> vjpOf(
      Call call, List<Tensor> dOutputs, Function<List<Tensor>, List<Tensor>> composed) {
    return Recompute.vjp(call, dOutputs, composed);
  }
}
