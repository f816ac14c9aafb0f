package dev.ashlar.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.rounding.RoundingPolicy;

/**
 * Where tensors get their memory: an Arrow {@link BufferAllocator}, the user's own or one made
 * here, with a limit.
 *
 * <p>With {@code -Dashlar.debug=true} every allocation remembers where it was made, and a leak
 * report names it.
 */
public final class Memory implements AutoCloseable {
  /** The system property that makes allocations remember their place. */
  public static final String DEBUG_PROPERTY = "ashlar.debug";

  /**
   * Data begins on this boundary, with at least as much room in front: a device's array header fits
   * there.
   */
  static final int ALIGNMENT_BYTES = 64;

  // No machine has as much; sums with it do not overflow.
  private static final long MAX_BYTES = Long.MAX_VALUE / 4;

  // Arrow rounds to powers of two by default, which would nearly double what a 5 MB activation
  // takes.
  private static final RoundingPolicy ROUND_TO_PAGES = bytes -> (bytes + 4095) & -4096;

  private final BufferAllocator allocator;
  private final boolean ownsAllocator;
  private final boolean debug = Boolean.getBoolean(DEBUG_PROPERTY);
  private final AtomicLong liveCount = new AtomicLong();
  private final AtomicLong liveBytes = new AtomicLong();
  private final AtomicLong allocations = new AtomicLong();
  private final Map<ArrowBuf, String> places = Collections.synchronizedMap(new IdentityHashMap<>());

  private Memory(BufferAllocator allocator, boolean ownsAllocator) {
    this.allocator = allocator;
    this.ownsAllocator = ownsAllocator;
  }

  private static final class Shared {
    static final Memory MEMORY = withLimit(Long.MAX_VALUE);
  }

  /** Returns the process-wide memory without a limit, which scopes use unless told otherwise. */
  public static Memory shared() {
    return Shared.MEMORY;
  }

  /**
   * Returns memory from an allocator of the user's, which stays the user's to limit, inspect and
   * close.
   */
  public static Memory of(BufferAllocator allocator) {
    return new Memory(allocator, false);
  }

  /**
   * Returns memory of its own that answers {@link TensorMemoryException} beyond {@code limitBytes}.
   */
  public static Memory withLimit(long limitBytes) {
    if (limitBytes < 0)
      throw new IllegalArgumentException("memory: limit must not be negative, got " + limitBytes);
    try {
      return new Memory(
          new RootAllocator(AllocationListener.NOOP, limitBytes, ROUND_TO_PAGES), true);
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      throw new IllegalStateException(
          "Arrow cannot reach direct memory on this JVM; start it with"
              + " --add-opens=java.base/java.nio=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow",
          e);
    }
  }

  /** Returns the bytes in use, padding and headroom included. */
  public long usedBytes() {
    return liveBytes.get();
  }

  /** Returns the number of tensors' memories not yet freed. */
  public long liveCount() {
    return liveCount.get();
  }

  /** Returns how many allocations were made so far. */
  public long allocationCount() {
    return allocations.get();
  }

  /** Returns the limit in bytes. */
  public long limitBytes() {
    return allocator.getLimit();
  }

  /** Returns the most that was ever in use, in bytes, by the allocator's account. */
  public long peakBytes() {
    return allocator.getPeakMemoryAllocation();
  }

  /** Allocates uninitialised memory with one hold, the caller's. */
  @SuppressWarnings("restricted") // The address and size are those of the buffer just taken.
  Storage allocate(long bytes) {
    if (bytes > MAX_BYTES) {
      throw new TensorMemoryException(bytes, usedBytes(), allocator.getLimit(), null);
    }
    long padded = Math.max(bytes, 1) + 2L * ALIGNMENT_BYTES;
    ArrowBuf buffer = take(padded);
    long used = buffer.capacity();
    liveCount.incrementAndGet();
    liveBytes.addAndGet(used);
    allocations.incrementAndGet();
    if (debug) places.put(buffer, CallSite.outside());
    long start = alignUp(buffer.memoryAddress() + ALIGNMENT_BYTES);
    MemorySegment data = MemorySegment.ofAddress(start).reinterpret(bytes);
    return new Storage(data, () -> giveBack(buffer, used));
  }

  /**
   * Returns uninitialised memory that the caller must close; counted and limited as tensors are.
   */
  public Scratch scratch(long bytes) {
    return new Scratch(this, allocate(bytes));
  }

  private ArrowBuf take(long bytes) {
    try {
      return allocator.buffer(bytes);
    } catch (OutOfMemoryException | OutOfMemoryError e) {
      throw new TensorMemoryException(
          bytes, allocator.getAllocatedMemory(), allocator.getLimit(), e);
    }
  }

  private void giveBack(ArrowBuf buffer, long used) {
    liveCount.decrementAndGet();
    liveBytes.addAndGet(-used);
    if (debug) places.remove(buffer);
    buffer.close();
  }

  private static long alignUp(long address) {
    return (address + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
  }

  /**
   * Proves that nothing leaked, and closes the allocator if it was made here.
   *
   * @throws TensorLifetimeException if tensors are still alive, naming in debug mode where they
   *     were made
   */
  @Override
  public void close() {
    if (liveCount() != 0) throw new TensorLifetimeException(leakReport());
    if (ownsAllocator) allocator.close();
  }

  private String leakReport() {
    var report =
        new StringBuilder(
            "memory leak: %d tensors of %,d bytes were never freed"
                .formatted(liveCount(), usedBytes()));
    if (!debug)
      return report.append("; -D" + DEBUG_PROPERTY + "=true names where they were made").toString();
    Map<String, Integer> counts = new TreeMap<>();
    synchronized (places) {
      places.values().forEach(place -> counts.merge(place, 1, Integer::sum));
    }
    counts.forEach((place, count) -> report.append("\n  %d made at %s".formatted(count, place)));
    return report.toString();
  }
}
