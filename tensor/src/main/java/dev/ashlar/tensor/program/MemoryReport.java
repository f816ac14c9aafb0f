package dev.ashlar.tensor.program;

/**
 * The bytes a program's results take, without its inputs and constants.
 *
 * @param eagerPeakBytes the most at a time when the function runs eagerly, freed as its scopes say
 * @param plannedPeakBytes what the program needs: its answers, and intermediate results that do not
 *     fit into the memory of answers not written yet
 */
public record MemoryReport(long eagerPeakBytes, long plannedPeakBytes) {
  /** Returns, for example, {@code 1,024 bytes planned, 4,096 eager (25%)}. */
  @Override
  public String toString() {
    long percent =
        eagerPeakBytes == 0 ? 100 : Math.round(100.0 * plannedPeakBytes / eagerPeakBytes);
    return "%,d bytes planned, %,d eager (%d%%)"
        .formatted(plannedPeakBytes, eagerPeakBytes, percent);
  }
}
