package dev.ashlar.tensor;

import dev.ashlar.tensor.Recycler.Block;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.rounding.RoundingPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Where tensors get their memory: an Arrow {@link BufferAllocator}, the user's own or one made
 * here, with a limit.
 *
 * <p>What tensors give back is kept for others of the same size, unless the allocator is the
 * user's: new pages cost more than most operations on them. In use and kept together never exceed
 * the most that was in use at once by more than a quarter. {@link #trim} gives back what is kept,
 * so does a lack of memory, and {@code -Dashlar.recycle=false} keeps nothing.
 *
 * <p>With {@code -Dashlar.debug=true} every allocation remembers where it was made, and a leak
 * report names it.
 */
public final class Memory implements AutoCloseable {
  /** The system property that makes allocations remember their place. */
  public static final String DEBUG_PROPERTY = "ashlar.debug";

  /** The system property that, when {@code false}, frees memory at once instead of keeping it. */
  public static final String RECYCLE_PROPERTY = "ashlar.recycle";

  /**
   * Data begins on this boundary, with at least as much room in front: a device's array header fits
   * there.
   */
  static final int ALIGNMENT_BYTES = 64;

  // No machine has as much; sums with it do not overflow.
  private static final long MAX_BYTES = Long.MAX_VALUE / 4;

  // Arrow rounds to powers of two by default, which would nearly double what a 5 MB activation
  // takes.
  private static final RoundingPolicy ROUND_TO_PAGES = Memory::roundToPages;

  private final BufferAllocator allocator;
  private final boolean ownsAllocator;
  private final boolean debug = Boolean.getBoolean(DEBUG_PROPERTY);
  private final boolean recycles;
  private final Map<Block, String> places = new IdentityHashMap<>();

  // Guarded by this, as are the places and what follows.
  private final Recycler recycler = new Recycler();
  private long liveCount;
  private long liveBytes;
  private long peakBytes;
  private long allocations;

  private Memory(BufferAllocator allocator, boolean ownsAllocator) {
    this.allocator = allocator;
    this.ownsAllocator = ownsAllocator;
    this.recycles =
        ownsAllocator && !"false".equalsIgnoreCase(System.getProperty(RECYCLE_PROPERTY));
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
   *
   * @throws IllegalStateException where a flag is missing that Arrow needs of the JVM
   */
  public static Memory withLimit(long limitBytes) {
    if (limitBytes < 0)
      throw new IllegalArgumentException("memory: limit must not be negative, got " + limitBytes);
    // Asked first, for Arrow prints pages of stack traces.
    if (!Buffer.class.getModule().isOpen("java.nio", RootAllocator.class.getModule()))
      throw unreachable(null);
    try {
      return new Memory(
          new RootAllocator(AllocationListener.NOOP, limitBytes, ROUND_TO_PAGES), true);
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      throw unreachable(e);
    }
  }

  private static IllegalStateException unreachable(@Nullable Throwable cause) {
    return new IllegalStateException(
        "Arrow cannot reach direct memory on this JVM; start it with"
            + " --add-opens=java.base/java.nio=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow",
        cause);
  }

  /** Returns the bytes in use, padding and headroom included. */
  public synchronized long usedBytes() {
    return liveBytes;
  }

  /** Returns the bytes kept for tensors to come: not in use, and not given back yet. */
  public synchronized long keptBytes() {
    return recycler.keptBytes();
  }

  /** Returns the number of tensors' memories not yet freed. */
  public synchronized long liveCount() {
    return liveCount;
  }

  /** Returns how many allocations were made so far. */
  public synchronized long allocationCount() {
    return allocations;
  }

  /** Returns the limit in bytes. */
  public long limitBytes() {
    return allocator.getLimit();
  }

  /** Returns the most bytes that were ever in use at once, padding and headroom included. */
  public synchronized long peakBytes() {
    return peakBytes;
  }

  /** Gives back what is kept for tensors to come. */
  public synchronized void trim() {
    recycler.trim(0);
  }

  /** Allocates uninitialised memory with one hold, the caller's. */
  Storage allocate(long bytes) {
    if (bytes > MAX_BYTES) {
      throw new TensorMemoryException(bytes, usedBytes(), allocator.getLimit(), null);
    }
    Block block = block(roundToPages(Math.max(bytes, 1) + 2L * ALIGNMENT_BYTES));
    return new Storage(block.data(bytes), () -> giveBack(block));
  }

  /**
   * Returns uninitialised memory that the caller must close; counted and limited as tensors are.
   */
  public Scratch scratch(long bytes) {
    return new Scratch(this, allocate(bytes));
  }

  private synchronized Block block(long bytes) {
    Block kept = recycles ? recycler.take(bytes) : null;
    Block block = kept == null ? newBlock(bytes) : kept;
    liveCount++;
    liveBytes += block.bytes();
    peakBytes = Math.max(peakBytes, liveBytes);
    allocations++;
    if (debug) places.put(block, CallSite.outside());
    return block;
  }

  @SuppressWarnings("restricted") // The address and size are those of the buffer just taken.
  private Block newBlock(long bytes) {
    // What is kept makes room first. A quarter beyond the peak, since not all sizes are most in use
    // at once: without it a training step would give its logits back for gradients, and the
    // gradients for logits.
    recycler.trim(Math.max(0, peakBytes + peakBytes / 4 - liveBytes - bytes));
    ArrowBuf buffer = take(bytes);
    long start = alignUp(buffer.memoryAddress() + ALIGNMENT_BYTES);
    long room = buffer.memoryAddress() + buffer.capacity() - start;
    return new Block(buffer, MemorySegment.ofAddress(start).reinterpret(room));
  }

  private ArrowBuf take(long bytes) {
    try {
      ArrowBuf buffer = tryToTake(bytes);
      if (buffer != null) return buffer;
      recycler.trim(0);
      return allocator.buffer(bytes);
    } catch (OutOfMemoryException | OutOfMemoryError e) {
      throw new TensorMemoryException(
          bytes, allocator.getAllocatedMemory(), allocator.getLimit(), e);
    }
  }

  /** Returns a buffer, or null if there is none but memory that is kept could be given back. */
  private @Nullable ArrowBuf tryToTake(long bytes) {
    try {
      return allocator.buffer(bytes);
    } catch (OutOfMemoryException | OutOfMemoryError e) {
      if (recycler.keptBytes() == 0) throw e;
      return null;
    }
  }

  private synchronized void giveBack(Block block) {
    liveCount--;
    liveBytes -= block.bytes();
    if (debug) places.remove(block);
    if (recycles) recycler.keep(block);
    else block.free();
  }

  private static long roundToPages(long bytes) {
    return (bytes + 4095) & -4096;
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
  public synchronized void close() {
    if (liveCount != 0) throw new TensorLifetimeException(leakReport());
    trim();
    if (ownsAllocator) allocator.close();
  }

  private String leakReport() {
    var report =
        new StringBuilder(
            "memory leak: %d tensors of %,d bytes were never freed"
                .formatted(liveCount, liveBytes));
    if (!debug)
      return report.append("; -D" + DEBUG_PROPERTY + "=true names where they were made").toString();
    Map<String, Integer> counts = new TreeMap<>();
    places.values().forEach(place -> counts.merge(place, 1, Integer::sum));
    counts.forEach((place, count) -> report.append("\n  %d made at %s".formatted(count, place)));
    return report.toString();
  }
}
