package dev.ashlar.tensor.simd;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * Floats that a vector loop reads or writes: those of {@code data} from byte {@code at} on, in
 * whole vectors. A tensor's own memory where that is possible, else a copy.
 */
public sealed class FloatBlock permits FloatBlocks.Source, FloatBlocks.Target, FloatRows.Cursor {
  /** The order of bytes that vectors are read and written in. */
  public static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Floats are looked at in vectors of this length. */
  static final int LANES = FloatVector.SPECIES_PREFERRED.length();

  private MemorySegment data = MemorySegment.NULL;
  private long at;

  /** The class of memory outside the heap. */
  private static final Class<?> NATIVE = MemorySegment.NULL.getClass();

  FloatBlock() {}

  /**
   * Returns the memory, which C2 then knows to lie outside the heap as long as all that came here
   * did. Until the Vector API is compiled, it copies some vectors through arrays, and its own
   * profile holds both kinds from then on: a loop compiled for both takes twice as long.
   */
  public static MemorySegment known(MemorySegment memory) {
    return memory.getClass() == NATIVE ? memory : other(memory);
  }

  /** Memory mapped from a file, for one; a method of its own, so that the branch above stays. */
  private static MemorySegment other(MemorySegment memory) {
    return memory;
  }

  final void point(MemorySegment memory, long atByte) {
    data = memory;
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

  /** Returns how many floats whole vectors take to hold {@code count}. */
  public static int wholeVectors(int count) {
    return Math.ceilDiv(count, LANES) * LANES;
  }
}
