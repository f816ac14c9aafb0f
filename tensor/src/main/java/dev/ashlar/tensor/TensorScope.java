package dev.ashlar.tensor;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lifetime of tensors: what is made while a scope is the innermost one of its thread is freed
 * when it closes, unless kept. Scopes nest and close in reverse order, by {@code
 * try}-with-resources.
 *
 * <pre>{@code
 * try (var scope = TensorScope.open()) {
 *   Tensor y = x.times(x).sum();
 *   return scope.keep(y);        // y outlives the brace, x.times(x) does not
 * }
 * }</pre>
 *
 * <p>The error of a tensor used after it was freed names the line where its scope closed. Finding
 * the line takes longer than a small operation, so of scopes that close in quick succession only
 * some are named; {@code -Dashlar.debug=true} names all.
 */
public final class TensorScope implements AutoCloseable {
  private static final ThreadLocal<@Nullable TensorScope> INNERMOST = new ThreadLocal<>();

  private final Memory memory;
  private final @Nullable TensorScope parent;
  private final Thread owner = Thread.currentThread();
  private final StorageSet held = new StorageSet();
  private boolean closed;

  private TensorScope(Memory memory, @Nullable TensorScope parent) {
    this.memory = memory;
    this.parent = parent;
  }

  /**
   * Opens a scope on the memory of the enclosing one, or on {@link Memory#shared()} if there is
   * none.
   */
  public static TensorScope open() {
    TensorScope parent = INNERMOST.get();
    return open(parent == null ? Memory.shared() : parent.memory);
  }

  /** Opens a scope whose tensors lie in {@code memory}. */
  public static TensorScope open(Memory memory) {
    var scope = new TensorScope(memory, INNERMOST.get());
    INNERMOST.set(scope);
    return scope;
  }

  /**
   * Calls {@code body} in a scope of its own; only what it returns (a tensor, list, map or record)
   * outlives it.
   */
  public static <R> R tidy(Supplier<R> body) {
    try (TensorScope scope = open()) {
      return scope.keep(body.get());
    }
  }

  /**
   * Returns the innermost scope of this thread; throws {@link TensorLifetimeException} if there is
   * none.
   */
  public static TensorScope current() {
    TensorScope scope = INNERMOST.get();
    if (scope == null) throw TensorLifetimeException.noScope();
    return scope;
  }

  /** Returns where this scope's tensors lie. */
  public Memory memory() {
    return memory;
  }

  /**
   * Moves every tensor of {@code value} (a tensor, or a list, map or record of such) to the
   * enclosing scope, so that it outlives this one. Tensors of other scopes stay where they are.
   *
   * @throws TensorLifetimeException if there is no enclosing scope
   */
  public <T> T keep(T value) {
    checkOpen("keep");
    TensorTree.forEach(value, tensor -> hand(tensor.storage()));
    return value;
  }

  private void hand(Storage storage) {
    if (!held.contains(storage)) return;
    if (parent == null) {
      throw new TensorLifetimeException(
          "keep: there is no enclosing scope to keep it in; open one around this one");
    }
    held.remove(storage);
    if (!parent.held.add(storage)) storage.release(null);
  }

  private void checkOpen(String what) {
    if (closed) throw new TensorLifetimeException(what + ": this scope is closed");
    if (Thread.currentThread() != owner) {
      throw new TensorLifetimeException(what + ": a scope belongs to the thread that opened it");
    }
  }

  /** Takes over one hold on a storage. */
  void adopt(Storage storage) {
    checkOpen("adopt");
    held.add(storage);
  }

  /**
   * Takes part in the life of a tensor that somebody else holds, so that it lives at least as long
   * as this scope.
   */
  public void retain(Tensor tensor) {
    checkOpen("retain");
    Storage storage = tensor.storage();
    if (held.contains(storage)) return;
    if (!storage.tryHold()) throw TensorLifetimeException.freed(tensor.spec(), storage.freedBy());
    held.add(storage);
  }

  /**
   * Frees what was made in this scope and not kept: all of it, also where a release handed to
   * {@link TensorBytes#wrap} throws. The first of what they throw is thrown on, and suppresses the
   * rest.
   *
   * @throws TensorLifetimeException if a scope opened later is still open, or on another thread
   */
  @Override
  public void close() {
    if (closed) return;
    if (Thread.currentThread() != owner || INNERMOST.get() != this) {
      throw new TensorLifetimeException(
          "scopes must close in reverse order of opening, on the thread that opened them; use"
              + " try-with-resources");
    }
    closed = true;
    if (parent == null) INNERMOST.remove();
    else INNERMOST.set(parent);
    if (held.isEmpty()) return;
    var releases = new Releases(CallSite.ofClosing());
    held.forEach(releases);
    held.clear();
    releases.rethrow();
  }

  /** Releases every storage, also behind one whose owner's release fails. */
  private static final class Releases implements Consumer<Storage> {
    private final String place;
    private @Nullable Throwable first;

    Releases(String place) {
      this.place = place;
    }

    @Override
    public void accept(Storage storage) {
      try {
        storage.release(place);
      } catch (RuntimeException | Error e) {
        if (first == null) first = e;
        else if (first != e) first.addSuppressed(e);
      }
    }

    void rethrow() {
      if (first instanceof RuntimeException e) throw e;
      if (first instanceof Error e) throw e;
    }
  }
}
