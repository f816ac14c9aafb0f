package dev.ashlar.tensor.blas;

/** Says why a library cannot be used, and what would help. */
final class BlasException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  BlasException(String reason, String remedy) {
    super(reason);
    this.remedy = remedy;
  }

  /** Returns what would change that. */
  String remedy() {
    return remedy;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
