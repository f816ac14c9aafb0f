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

  private CallSite() {}

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
