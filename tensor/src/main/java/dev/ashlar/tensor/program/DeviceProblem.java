package dev.ashlar.tensor.program;

/**
 * Something that keeps devices from being used.
 *
 * @param what what is missing or wrong
 * @param remedy what mends it, in one line
 */
public record DeviceProblem(String what, String remedy) {
  /** Returns both in one line. */
  @Override
  public String toString() {
    return what + "; " + remedy;
  }
}
