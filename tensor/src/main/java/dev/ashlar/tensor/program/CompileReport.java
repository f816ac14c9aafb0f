package dev.ashlar.tensor.program;

import java.util.Locale;

/**
 * What became of a program when it was made ready to run.
 *
 * @param runner where it runs: {@code cpu}, or a device's name
 * @param tasks how many kernels run, one after another
 * @param kernels how many different ones they are
 * @param bytes the memory for intermediate results and outputs, there
 * @param seconds what compiling took so far; devices may compile kernels when they first run
 */
public record CompileReport(String runner, int tasks, int kernels, long bytes, double seconds) {
  /** Returns, for example, {@code cpu: 212 tasks, 31 kernels, 12.5 MiB, compiled in 0.02 s}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %,d tasks, %,d kernels, %,.1f MiB, compiled in %.2f s",
        runner,
        tasks,
        kernels,
        bytes / (double) (1 << 20),
        seconds);
  }
}
