package dev.ashlar.examples.bench;

/**
 * How long to measure.
 *
 * @param rounds turns that every work of an experiment gets, at most
 * @param warmUpSeconds how long a work runs, a few times over, before anything counts
 * @param leastSeconds how long a work runs in one turn, at least
 * @param mostSeconds beyond this an experiment gets fewer rounds, at least one
 */
record Effort(int rounds, double warmUpSeconds, double leastSeconds, double mostSeconds) {
  static final Effort FULL = new Effort(7, 0.5, 0.03, 20);
  static final Effort QUICK = new Effort(3, 0.1, 0.01, 1);
}
