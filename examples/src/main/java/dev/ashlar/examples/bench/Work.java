package dev.ashlar.examples.bench;

/**
 * A piece of work to time.
 *
 * @param flops floating-point operations of one call; of attention, those of visible pairs alone
 * @param tokens tokens of one call that are to be counted; 0 for none
 * @param ideal how many times as fast as dense attention its FLOPs allow; 0 where that is not asked
 */
record Work(String name, double flops, int tokens, double ideal, Runnable body) {
  Work(String name, double flops, Runnable body) {
    this(name, flops, 0, 0, body);
  }
}
