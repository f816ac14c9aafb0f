package dev.ashlar.moba.simd;

import dev.ashlar.tensor.spi.Parallel;
import java.util.Arrays;

/** How work falls to threads. */
final class Loads {
  private Loads() {}

  /**
   * Returns whether the thread with the most to do has little more than the others, if each takes
   * the next load when it has done with the last.
   */
  static boolean areEven(long[] loads) {
    long[] ends = new long[Parallel.threads()];
    for (long load : loads) {
      ends[0] += load;
      Arrays.sort(ends);
    }
    return ends[ends.length - 1] * ends.length <= 1.1 * Arrays.stream(loads).sum();
  }
}
