package dev.ashlar.autodiff;

import dev.ashlar.tensor.Op;

/**
 * A gradient arrived at an operation that has none by its nature: a choice, a comparison, a
 * rounding.
 */
public final class NotDifferentiableException extends GradientException {
  private static final long serialVersionUID = 1L;

  NotDifferentiableException(Op op, String what) {
    super(
        "%s: %s; wrap what goes in or what comes out in stopGradient() to treat it as a constant",
        op.label(), what);
  }
}
