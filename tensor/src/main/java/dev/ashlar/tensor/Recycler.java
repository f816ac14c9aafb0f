package dev.ashlar.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * Memory that tensors gave back, kept for others of the same size: pages of the operating system's
 * that are new cost more, when they are first written, than most operations on them. Not for use by
 * several threads at once.
 */
final class Recycler {
  /** A piece of memory: the buffer, and what lies in it from the first aligned place on. */
  static final class Block {
    private final ArrowBuf buffer;
    private final MemorySegment memory;
    private long keptSince;

    Block(ArrowBuf buffer, MemorySegment memory) {
      this.buffer = buffer;
      this.memory = memory;
    }

    /** Returns the bytes that it takes of the allocator. */
    long bytes() {
      return buffer.capacity();
    }

    /** Returns the first of its bytes, aligned. */
    MemorySegment data(long bytes) {
      return memory.asSlice(0, bytes);
    }

    void free() {
      buffer.close();
    }
  }

  private final Map<Long, ArrayDeque<Block>> bySize = new HashMap<>();
  private long keptBytes;
  private long clock;

  /** Returns the bytes that are kept. */
  long keptBytes() {
    return keptBytes;
  }

  /** Returns the block of this size that was given back last, if there is one: it may be cached. */
  @Nullable Block take(long bytes) {
    ArrayDeque<Block> same = bySize.get(bytes);
    Block block = same == null ? null : same.pollLast();
    if (block != null) keptBytes -= bytes;
    return block;
  }

  /** Keeps a block. */
  void keep(Block block) {
    block.keptSince = clock++;
    keptBytes += block.bytes();
    bySize.computeIfAbsent(block.bytes(), _ -> new ArrayDeque<>()).addLast(block);
  }

  /** Frees what was kept longest until no more than {@code bytes} are kept. */
  void trim(long bytes) {
    while (keptBytes > bytes) {
      ArrayDeque<Block> oldest = null;
      for (ArrayDeque<Block> same : bySize.values()) {
        if (same.isEmpty()) continue;
        boolean older = oldest == null || same.peekFirst().keptSince < oldest.peekFirst().keptSince;
        if (older) oldest = same;
      }
      if (oldest == null) throw new IllegalStateException("kept bytes without a block");
      Block block = oldest.removeFirst();
      keptBytes -= block.bytes();
      block.free();
    }
    bySize.values().removeIf(ArrayDeque::isEmpty);
  }
}
