package dev.ashlar.autodiff;

/** A gradient that finite differences contradict. */
public final class GradCheckException extends GradientException {
  private static final long serialVersionUID = 1L;

  private final transient GradReport report;

  GradCheckException(GradReport report) {
    super("%s", report);
    this.report = report;
  }

  /** Returns what was compared. */
  public GradReport report() {
    return report;
  }
}
