package dev.ashlar.tensor.simd.blocks;

import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import java.lang.foreign.MemorySegment;

/**
 * Numbers that a vector loop reads or writes: those of {@code data} from byte {@code at} on, in
 * whole vectors; floats by {@link FloatVectors}, or doubles by {@link DoubleVectors}. A tensor's
 * own memory where that is possible, else a copy.
 */
public sealed class FloatBlock permits FloatBlocks.Source, FloatBlocks.Target, FloatRows.Cursor {
  private MemorySegment data = MemorySegment.NULL;
  private long at;

  FloatBlock() {}

  final void point(MemorySegment memory, long atByte) {
    data = memory;
    at = atByte;
  }

  /**
   * Turns to another place of the same memory: a reference stored anew costs more than a number.
   */
  final void move(long atByte) {
    at = atByte;
  }

  /** Returns the memory. */
  public final MemorySegment data() {
    return data;
  }

  /** Returns the byte at which the block begins. */
  public final long at() {
    return at;
  }
}
