package dev.ashlar.tensor;

import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Keeps tensors alive one by one, whatever scopes end meanwhile: a tape holds what its backward
 * pass will read, and lets go of each as it passes. Not for use by several threads at once.
 */
public final class Hold implements AutoCloseable {
  private final Map<Storage, Integer> counts = new IdentityHashMap<>();

  /**
   * Keeps a tensor's memory alive until {@link #remove} or {@link #close}; adds up when called
   * again.
   */
  public void add(Tensor tensor) {
    if (!tryAdd(tensor)) {
      throw TensorLifetimeException.freed(tensor.spec(), tensor.storage().freedBy());
    }
  }

  /** Does what {@link #add} does, and returns true, unless the tensor was freed already. */
  public boolean tryAdd(Tensor tensor) {
    Storage storage = tensor.storage();
    if (!storage.tryHold()) return false;
    counts.merge(storage, 1, Integer::sum);
    return true;
  }

  /** Takes back one {@link #add}. */
  public void remove(Tensor tensor) {
    Storage storage = tensor.storage();
    Integer count = counts.get(storage);
    if (count == null)
      throw new IllegalStateException("hold: " + tensor.spec() + " is not held here");
    if (count == 1) counts.remove(storage);
    else counts.put(storage, count - 1);
    storage.release(null);
  }

  /** Lets go of everything. */
  @Override
  public void close() {
    counts.forEach(
        (storage, count) -> {
          for (int i = 0; i < count; i++) storage.release(null);
        });
    counts.clear();
  }
}
