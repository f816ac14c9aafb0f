package dev.ashlar.tensor;

/**
 * Raised by {@link Anomaly} for the first NaN or infinity: names operation, shapes, element and the
 * line of the user's code.
 */
public final class AnomalyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String operation;
  private final String place;

  AnomalyException(String message, String operation, String place) {
    super(message);
    this.operation = operation;
    this.place = place;
  }

  /** Returns the label of the operation. */
  public String operation() {
    return operation;
  }

  /**
   * Returns the line of the user's code that called it; in a backward pass, that called the
   * operation whose backward this is.
   */
  public String place() {
    return place;
  }
}
