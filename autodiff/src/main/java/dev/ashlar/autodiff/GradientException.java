package dev.ashlar.autodiff;

/** A gradient that cannot be taken, or that a rule got wrong. */
public class GradientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GradientException(String format, Object... arguments) {
    super(format.formatted(arguments));
  }
}
