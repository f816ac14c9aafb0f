package dev.ashlar.examples;

/**
 * Raised for what the user can mend; the command line prints its message as one line, without a
 * stack trace.
 */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Makes an error from a format and its arguments. */
  public CommandException(String format, Object... arguments) {
    super(format.formatted(arguments));
  }
}
