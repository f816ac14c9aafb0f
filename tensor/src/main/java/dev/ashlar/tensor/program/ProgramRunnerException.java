package dev.ashlar.tensor.program;

/**
 * Raised where a program was to run but cannot: no such device, an operation without a kernel
 * there, a kernel that does not compile, too little memory. The message names it, and why. Whoever
 * raises it while a program runs has left the inputs as they were, so that the program can be run
 * elsewhere with them.
 */
public class ProgramRunnerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Makes an exception. */
  public ProgramRunnerException(String message) {
    super(message);
  }

  /** Makes an exception for a failure underneath. */
  public ProgramRunnerException(String message, Throwable cause) {
    super(message, cause);
  }
}
