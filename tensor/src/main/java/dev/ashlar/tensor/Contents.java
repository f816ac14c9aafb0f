package dev.ashlar.tensor;

/**
 * What a tensor holds until its memory is written anew: known again where it has a copy elsewhere,
 * such as in a device's memory, and lying only there for as long as nobody reads it here.
 */
public final class Contents {
  private final Storage storage;
  private final Layout layout;
  private final int epoch;

  Contents(Storage storage, Layout layout) {
    this.storage = storage;
    this.layout = layout;
    this.epoch = storage.epoch();
  }

  /** Returns whether a living tensor holds this, element by element in the same layout. */
  public boolean isOf(Tensor tensor) {
    return tensor.storage() == storage
        && storage.epoch() == epoch
        && tensor.layout().equals(layout);
  }

  /**
   * Leaves the tensor's memory as it is until its numbers are wanted here: whatever reads it runs
   * {@code filler} first, on its own thread. It must write the memory and then call {@link
   * #filled}, may be run by several threads at once, and is dropped if the memory is freed unread.
   */
  public void fillLater(Runnable filler) {
    storage.fillLater(filler);
  }

  /** Says that {@code filler} has done its work, or need not do it. */
  public void filled(Runnable filler) {
    storage.filled(filler);
  }

  /** Keeps the memory from being freed until {@link #release}, unless it is freed already. */
  public boolean tryHold() {
    return storage.tryHold();
  }

  /** Takes back one {@link #tryHold}. */
  public void release() {
    storage.release(null);
  }
}
