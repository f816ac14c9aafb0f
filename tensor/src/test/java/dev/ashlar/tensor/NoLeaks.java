package dev.ashlar.tensor;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Gives every test a memory and a scope of its own, and closes both after it, which proves that
 * nothing leaked. Use it as {@code @ExtendWith(NoLeaks.class)}; jqwik's properties use {@link
 * NoLeaksInTries}.
 */
public final class NoLeaks implements BeforeEachCallback, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(NoLeaks.class);

  /** A memory and the scope on it. */
  private record Room(Memory memory, TensorScope scope) {
    static Room open() {
      Memory memory = Memory.withLimit(Long.MAX_VALUE);
      return new Room(memory, TensorScope.open(memory));
    }

    void close() {
      scope.close();
      memory.close();
    }
  }

  /** Makes the extension; JUnit does. */
  public NoLeaks() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(NAMESPACE).put(context.getUniqueId(), Room.open());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Room room = context.getStore(NAMESPACE).remove(context.getUniqueId(), Room.class);
    if (room != null) room.close();
  }
}
