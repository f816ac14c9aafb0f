package dev.ashlar.tensor;

import java.util.List;
import net.jqwik.api.lifecycle.AroundTryHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.TryExecutionResult;
import net.jqwik.api.lifecycle.TryExecutor;
import net.jqwik.api.lifecycle.TryLifecycleContext;

/**
 * Gives every try of a property a memory and a scope of its own, and closes both after it, which
 * proves that nothing leaked. Use it as {@code @AddLifecycleHook(NoLeaksInTries.class)}; JUnit's
 * tests use {@link NoLeaks}.
 */
public final class NoLeaksInTries implements AroundTryHook {
  /** Makes the hook; jqwik does. */
  public NoLeaksInTries() {}

  /** Returns that a hook on a class is one on its properties. */
  @Override
  public PropagationMode propagateTo() {
    return PropagationMode.ALL_DESCENDANTS;
  }

  @Override
  public TryExecutionResult aroundTry(
      TryLifecycleContext context, TryExecutor executor, List<Object> parameters) {
    try (Memory memory = Memory.withLimit(Long.MAX_VALUE);
        TensorScope _ = TensorScope.open(memory)) {
      return executor.execute(parameters);
    }
  }
}
