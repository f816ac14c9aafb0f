package dev.ashlar.tensor;

import org.jspecify.annotations.Nullable;

/**
 * Raised when an allocation does not fit the memory limit. Nothing was lost: free something and go
 * on.
 */
public final class TensorMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long neededBytes;
  private final long usedBytes;
  private final long limitBytes;

  TensorMemoryException(
      long neededBytes, long usedBytes, long limitBytes, @Nullable Throwable cause) {
    super(
        ("out of tensor memory: %,d bytes are needed, %,d are in use, the limit is %,d; close"
                + " scopes earlier, use smaller batches or recomputation, or raise the limit")
            .formatted(neededBytes, usedBytes, limitBytes),
        cause);
    this.neededBytes = neededBytes;
    this.usedBytes = usedBytes;
    this.limitBytes = limitBytes;
  }

  /** Returns the size of the allocation that failed, in bytes. */
  public long neededBytes() {
    return neededBytes;
  }

  /** Returns what was in use then, in bytes. */
  public long usedBytes() {
    return usedBytes;
  }

  /** Returns the limit, in bytes. */
  public long limitBytes() {
    return limitBytes;
  }
}
