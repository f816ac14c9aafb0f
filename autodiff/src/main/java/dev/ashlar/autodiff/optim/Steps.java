package dev.ashlar.autodiff.optim;

import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.TensorSpec;
import java.util.List;

/** What the fused updates ask of their inputs. */
final class Steps {
  private Steps() {}

  /**
   * Returns the specs of the first {@code rewritten} inputs, once there is one more and all are
   * alike.
   */
  static List<TensorSpec> specs(String op, List<TensorSpec> inputs, int rewritten) {
    if (inputs.size() != rewritten + 1) {
      throw new ShapeException("%s: needs %d tensors, got %d", op, rewritten + 1, inputs.size());
    }
    TensorSpec parameter = inputs.getFirst();
    if (!parameter.dtype().isFloating()) {
      throw new ShapeException(
          "%s: parameters must be F32 or F64, got %s; keep a master copy of F32", op, parameter);
    }
    for (TensorSpec other : inputs) {
      if (!other.equals(parameter)) {
        throw new ShapeException("%s: %s beside the parameter %s", op, other, parameter);
      }
    }
    return inputs.subList(0, rewritten);
  }
}
