package dev.ashlar.tensor;

import java.lang.foreign.MemorySegment;

/** Memory without a shape, for intermediate results whose places somebody planned. */
public final class Scratch implements AutoCloseable {
  private final Memory memory;
  private final Storage storage;

  Scratch(Memory memory, Storage storage) {
    this.memory = memory;
    this.storage = storage;
  }

  /** Returns where this was allocated. */
  public Memory memory() {
    return memory;
  }

  /** Returns the bytes, uninitialised at first; not to be used after {@link #close}. */
  public MemorySegment segment() {
    return storage.data();
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    storage.release("its owner");
  }
}
