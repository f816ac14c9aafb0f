package dev.ashlar.tensor;

import java.util.Set;

/** Finds the line of the user's code that an operation was called from. */
final class CallSite {
  private static final StackWalker WALKER = StackWalker.getInstance(Set.of(), 64);

  // The library's own packages; a user's package may well begin with dev.ashlar (the examples'
  // does).
  private static final String[] INSIDE = {
    "dev.ashlar.tensor.",
    "dev.ashlar.autodiff.",
    "dev.ashlar.moba.",
    "dev.ashlar.gpu.",
    "java.",
    "jdk."
  };

  // A stack is walked at most so often on average, which takes a hundredth of the time, and so many
  // times at once.
  private static final long PERIOD_NANOS = 200_000;
  private static final long BURST = 1_000;

  private static final boolean DEBUG = Boolean.getBoolean(Memory.DEBUG_PROPERTY);
  private static final String CLOSED_AMONG_MANY =
      "a TensorScope, one of many that closed within a short time; -D"
          + Memory.DEBUG_PROPERTY
          + "=true names the place";

  // When, after the walks so far at one in a period, the next is due. Threads that write it at once
  // walk a few times more.
  private static volatile long due = System.nanoTime();

  private CallSite() {}

  /** Returns which scope is closing now, for the error of whoever uses its tensors later. */
  static String ofClosing() {
    if (!DEBUG) {
      long now = System.nanoTime();
      long next = due - now < 0 ? now : due;
      if (next - now > BURST * PERIOD_NANOS) return CLOSED_AMONG_MANY;
      due = next + PERIOD_NANOS;
    }
    return "the TensorScope closed at " + outside();
  }

  /**
   * Returns {@code Class.method(File.java:line)} of the nearest caller outside the library, tests
   * included.
   */
  static String outside() {
    return WALKER.walk(
        frames ->
            frames
                .filter(CallSite::isOutside)
                .findFirst()
                .map(frame -> frame.toStackTraceElement().toString())
                .orElse("an unknown place"));
  }

  private static boolean isOutside(StackWalker.StackFrame frame) {
    String name = frame.getClassName();
    for (String prefix : INSIDE) {
      if (name.startsWith(prefix)) return isTest(name);
    }
    return true;
  }

  private static boolean isTest(String className) {
    int nested = className.indexOf('$');
    String outer = nested < 0 ? className : className.substring(0, nested);
    return outer.endsWith("Test") || outer.endsWith("Properties");
  }
}
