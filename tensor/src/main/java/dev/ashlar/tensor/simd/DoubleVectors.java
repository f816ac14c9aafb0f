package dev.ashlar.tensor.simd;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

/** Reads and writes vectors of doubles in memory, which C2 is told lies outside the heap. */
public final class DoubleVectors {
  /** The class of memory outside the heap, as in {@link FloatBlock}. */
  private static final Class<?> NATIVE = MemorySegment.NULL.getClass();

  private DoubleVectors() {}

  /** Returns the vector that begins at byte {@code at}. */
  public static DoubleVector load(MemorySegment x, long at) {
    return DoubleVector.fromMemorySegment(
        Doubles.D, x.getClass() == NATIVE ? x : other(x), at, FloatBlock.ORDER);
  }

  /** Stores a vector from byte {@code at} on. */
  public static void store(DoubleVector vector, MemorySegment x, long at) {
    vector.intoMemorySegment(x.getClass() == NATIVE ? x : other(x), at, FloatBlock.ORDER);
  }

  /** Memory mapped from a file, for one; a method of its own, so that the branch above stays. */
  private static MemorySegment other(MemorySegment memory) {
    return memory;
  }
}
