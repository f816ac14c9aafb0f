package dev.ashlar.examples.bench;

/**
 * A piece of work to time.
 *
 * @param flops floating-point operations of one call; of attention, those of visible pairs alone
 * @param traffic bytes that one call must move; none where that is not asked
 * @param tokens tokens of one call that are to be counted; 0 for none
 * @param ideal how many times as fast as dense attention its FLOPs allow; 0 where that is not asked
 * @param end what comes after the last call
 */
record Work(
    String name,
    double flops,
    Traffic traffic,
    int tokens,
    double ideal,
    Runnable body,
    Runnable end) {
  Work(String name, double flops, Runnable body) {
    this(name, flops, Traffic.NONE, 0, 0, body, () -> {});
  }

  /** Returns this with the bytes that it must move. */
  Work moving(Traffic bytes) {
    return new Work(name, flops, bytes, tokens, ideal, body, end);
  }

  /** Returns this as the work of so many tokens. */
  Work ofTokens(int count) {
    return new Work(name, flops, traffic, count, ideal, body, end);
  }

  /** Returns this with the ratio to dense attention that its FLOPs allow. */
  Work withIdeal(double timesDense) {
    return new Work(name, flops, traffic, tokens, timesDense, body, end);
  }

  /** Returns this with something that comes after the last call. */
  Work closing(Runnable last) {
    return new Work(name, flops, traffic, tokens, ideal, body, last);
  }
}
