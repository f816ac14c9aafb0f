package dev.ashlar.tensor;

import java.util.List;
import java.util.function.Supplier;

/**
 * What happens when an operation is called: computing it now ({@link Eager}), or also recording it.
 * The current interpreter is bound to the calling thread for the duration of a call; work handed to
 * other threads runs eagerly.
 */
@FunctionalInterface
public interface Interpreter {
  /** Answers the results of {@code op} on {@code inputs}. */
  List<Tensor> interpret(Op op, List<Tensor> inputs);

  /** Returns the interpreter of this thread: eager unless one is bound. */
  static Interpreter current() {
    return Current.INTERPRETER.orElse(Current.BASE);
  }

  /** Returns the interpreter that computes at once. */
  static Interpreter eager() {
    return Eager.INSTANCE;
  }

  /** Returns what {@code body} returns, with this interpreter bound while it runs. */
  default <R> R during(Supplier<R> body) {
    return ScopedValue.where(Current.INTERPRETER, this).call(body::get);
  }

  /** Returns the only result of {@code op} by the current interpreter. */
  static Tensor call(Op op, Tensor... inputs) {
    return current().interpret(op, List.of(inputs)).getFirst();
  }

  /** Returns all results of {@code op} by the current interpreter. */
  static List<Tensor> callAll(Op op, Tensor... inputs) {
    return current().interpret(op, List.of(inputs));
  }

  /** Holds the binding; apart, because interface fields would be public. */
  final class Current {
    private static final ScopedValue<Interpreter> INTERPRETER = ScopedValue.newInstance();
    private static final Interpreter BASE = Anomaly.base();

    private Current() {}
  }
}
