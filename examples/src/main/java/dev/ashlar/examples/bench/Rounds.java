package dev.ashlar.examples.bench;

import dev.ashlar.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;

/**
 * Times of works that took turns, A B A B: clocks drift, and neighbours on the machine come and go,
 * so only times of one round compare well.
 */
final class Rounds {
  private static final int LEAST_WINDOWS = 3;
  private static final int MOST_WINDOWS = 8;
  private static final double STILL_FASTER = 0.97;
  // Calls as long as this are compiled within the first of them.
  private static final double LONG_SECONDS = 1.5;

  private final double[][] seconds; // [work][round]

  private Rounds(double[][] seconds) {
    this.seconds = seconds;
  }

  /** Returns rounds with these seconds [work][round]. */
  static Rounds of(double[][] seconds) {
    return new Rounds(seconds);
  }

  /** Warms all works up, and times them in turns. */
  static Rounds measure(List<Work> works, Effort effort) {
    int[] calls = new int[works.size()];
    double round = 0;
    for (int i = 0; i < calls.length; i++) {
      double once = warmUp(works.get(i), effort);
      calls[i] = (int) Math.max(1, Math.ceil(effort.leastSeconds() / once));
      round += calls[i] * once;
    }
    int rounds = (int) Math.clamp(effort.mostSeconds() / round, 1, effort.rounds());
    double[][] seconds = new double[calls.length][rounds];
    for (int r = 0; r < rounds; r++) {
      for (int i = 0; i < calls.length; i++) seconds[i][r] = time(works.get(i), calls[i]);
    }
    return of(seconds);
  }

  /**
   * Returns the seconds of a call, once it is warm: the compiler works beside the first seconds,
   * and replaces its work more than once. Warm is what no longer gets faster.
   */
  private static double warmUp(Work work, Effort effort) {
    double before = Double.MAX_VALUE;
    for (int window = 0; ; window++) {
      double fastest = fastest(work, effort.warmUpSeconds());
      if (window >= LEAST_WINDOWS - 1 && fastest > STILL_FASTER * before) return fastest;
      if (window == MOST_WINDOWS - 1) return fastest;
      if (fastest > LONG_SECONDS) return fastest;
      before = Math.min(before, fastest);
    }
  }

  /** Returns the seconds of the fastest call within some seconds, of two calls at least. */
  private static double fastest(Work work, double seconds) {
    double fastest = Double.MAX_VALUE;
    double all = 0;
    for (int calls = 0; calls < 2 || all < seconds; calls++) {
      double last = time(work, 1);
      fastest = Math.min(fastest, last);
      all += last;
    }
    return fastest;
  }

  private static double time(Work work, int calls) {
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      try (var _ = TensorScope.open()) {
        work.body().run();
      }
    }
    return (System.nanoTime() - start) * 1e-9 / calls;
  }

  /** Returns the median seconds of a call of a work. */
  double seconds(int work) {
    return median(seconds[work].clone());
  }

  /** Returns how many times as fast as another a work is: the median over the rounds. */
  double timesAsFast(int work, int other) {
    double[] ratios = new double[seconds[work].length];
    for (int r = 0; r < ratios.length; r++) ratios[r] = seconds[other][r] / seconds[work][r];
    return median(ratios);
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }
}
