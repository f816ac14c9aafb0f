package dev.ashlar.tensor;

/**
 * Raised for what cannot be part of a traced program, such as reading a number; names the place.
 */
public final class TracingException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception whose formatted message ends with the line of the user's code. */
  public TracingException(String format, Object... values) {
    super(String.format(format, values) + "; at " + CallSite.outside());
  }

  static TracingException noNumbers(TensorSpec spec) {
    return new TracingException(
        "%s has no numbers while a program is traced: its operations are recorded now and run later,"
            + " on other numbers. Choose with where(...) instead of a branch, return the tensor from"
            + " the function to read it there, or compute what must be known now from other tensors"
            + " inside Interpreter.eager().during(...)",
        spec);
  }
}
