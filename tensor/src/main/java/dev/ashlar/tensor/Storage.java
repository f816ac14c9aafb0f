package dev.ashlar.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Memory that tensors share, counted: it lives while somebody holds it, and is given back when the
 * last lets go. A kernel at work holds it too, so freeing it from another thread cannot pull memory
 * from under a kernel.
 */
final class Storage {
  private static final VarHandle HOLDS;

  static {
    try {
      HOLDS = MethodHandles.lookup().findVarHandle(Storage.class, "holds", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final @Nullable MemorySegment data; // null for a tensor that is only being traced
  private final boolean writable;
  private final Runnable giveBack;
  private volatile int holds = 1;
  private volatile String freedBy = "its owner";
  private volatile int epoch;
  private volatile String donatedTo = "";
  // Brings the numbers here before anything reads them, where they are still elsewhere.
  private volatile @Nullable Runnable filler;

  /** Makes a storage with one hold, the caller's. */
  Storage(MemorySegment data, Runnable giveBack) {
    this.data = data;
    this.writable = !data.isReadOnly();
    this.giveBack = giveBack;
  }

  private Storage(Runnable giveBack) {
    this.data = null;
    this.writable = true;
    this.giveBack = giveBack;
  }

  /** Returns a storage with a lifetime but no memory, and one hold, the caller's. */
  static Storage withoutMemory(Runnable giveBack) {
    return new Storage(giveBack);
  }

  /** Adds a hold, unless the memory is gone already. */
  boolean tryHold() {
    while (true) {
      int now = holds;
      if (now <= 0) return false;
      if (HOLDS.compareAndSet(this, now, now + 1)) return true;
    }
  }

  /**
   * Lets go; the last one gives the memory back. {@code by} says where, for the error of a later
   * use.
   */
  void release(@Nullable String by) {
    if (by != null) freedBy = by;
    int before = (int) HOLDS.getAndAdd(this, -1);
    if (before <= 0) throw new IllegalStateException("storage released more often than held");
    if (before != 1) return;
    filler = null;
    giveBack.run();
  }

  boolean isAlive() {
    return holds > 0;
  }

  String freedBy() {
    return freedBy;
  }

  /**
   * Returns how often this memory was donated: a tensor of an earlier epoch must not touch it any
   * more.
   */
  int epoch() {
    return epoch;
  }

  String donatedTo() {
    return donatedTo;
  }

  /** Ends every tensor on this memory and returns the epoch of those that come after. */
  synchronized int donate(String op) {
    donatedTo = op;
    return ++epoch;
  }

  boolean isWritable() {
    return writable;
  }

  boolean hasMemory() {
    return data != null;
  }

  /** Leaves the numbers where they are until {@code wanted} brings them, before the first use. */
  synchronized void fillLater(Runnable wanted) {
    filler = wanted;
  }

  /** Says that the numbers are here, or need not come, unless others are awaited by now. */
  synchronized void filled(Runnable by) {
    if (filler == by) filler = null;
  }

  /** Returns the memory, with its numbers; asked only of a storage that has some. */
  MemorySegment data() {
    if (data == null) throw new IllegalStateException("a traced tensor has no memory");
    Runnable awaited = filler;
    if (awaited != null) awaited.run();
    return data;
  }
}
