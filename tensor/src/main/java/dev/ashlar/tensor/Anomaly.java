package dev.ashlar.tensor;

import java.util.function.Supplier;

/**
 * Finds where numbers go bad: with it on, the first operation that makes a NaN or an infinity,
 * forwards or backwards, raises an {@link AnomalyException}.
 *
 * <pre>{@code
 * var loss = Anomaly.detect(() -> Grad.valueAndGrad(model, m -> m.loss(batch)));
 * }</pre>
 *
 * <p>With {@code -Dashlar.anomaly=true} everything is watched that no interpreter but the eager one
 * computes. Every result is read once more, and a tape notes where each operation was called: two
 * to three times slower, for looking into a problem.
 *
 * <p>Not an anomaly: constants that are asked for, such as the -infinity of a mask, and infinities
 * that only pass through. An operation that is handed a NaN is not its origin, and is named as the
 * place where it came in from outside what is watched.
 */
public final class Anomaly {
  /** The system property that watches everything. */
  public static final String PROPERTY = "ashlar.anomaly";

  private static final boolean ALWAYS = Boolean.getBoolean(PROPERTY);
  private static final ScopedValue<Boolean> WATCHING = ScopedValue.newInstance();
  private static final ScopedValue<Forward> BACKWARD_OF = ScopedValue.newInstance();

  private Anomaly() {}

  /** The operation whose backward is being computed, and where it was called. */
  record Forward(Op op, String place) {}

  /**
   * Returns what {@code body} does, with every operation it calls watched.
   *
   * @throws AnomalyException for the first NaN or infinity
   */
  public static <R> R detect(Supplier<R> body) {
    var watch = new AnomalyWatch(Interpreter.current());
    return ScopedValue.where(WATCHING, true).call(() -> watch.during(body));
  }

  /** Returns whether this thread's operations are watched: a tape then notes {@link #place}. */
  public static boolean isWatching() {
    return ALWAYS || WATCHING.isBound();
  }

  /** Returns the line of the user's code that is calling an operation now. */
  public static String place() {
    return CallSite.outside();
  }

  /** Calls a part of a backward pass, so that an anomaly in it names the operation's own place. */
  public static void inBackwardOf(Op op, String place, Runnable pass) {
    ScopedValue.where(BACKWARD_OF, new Forward(op, place)).run(pass);
  }

  /** Returns the interpreter of threads that have none of their own. */
  static Interpreter base() {
    return ALWAYS ? new AnomalyWatch(Eager.INSTANCE) : Eager.INSTANCE;
  }

  /** Says what is known of an anomaly that was just found. */
  static AnomalyException found(Op op, String what) {
    var message = new StringBuilder(op.label()).append(": ").append(what);
    if (BACKWARD_OF.isBound()) {
      Forward forward = BACKWARD_OF.get();
      message
          .append("\n  in the backward of ")
          .append(forward.op().label())
          .append(", called at ")
          .append(forward.place())
          .append("\n  gradient taken at ");
    } else {
      message.append("\n  called at ");
    }
    String place = CallSite.outside();
    return new AnomalyException(
        message.append(place).toString(),
        op.label(),
        BACKWARD_OF.isBound() ? BACKWARD_OF.get().place() : place);
  }
}
