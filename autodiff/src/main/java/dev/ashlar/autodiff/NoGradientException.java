package dev.ashlar.autodiff;

import dev.ashlar.tensor.Op;

/** A gradient arrived at a user-defined operation without a backward. */
public final class NoGradientException extends GradientException {
  private static final long serialVersionUID = 1L;

  NoGradientException(Op op) {
    super(
        "%s: %s has no gradient; implement DifferentiableOp, or use stopGradient() on its result",
        op.label(), op.getClass().getName());
  }

  /** Makes the exception that an operation throws whose gradient exists only in another form. */
  public NoGradientException(Op op, String remedy) {
    super("%s: has no gradient of its own; %s", op.label(), remedy);
  }
}
