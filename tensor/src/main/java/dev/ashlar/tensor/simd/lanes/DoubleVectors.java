package dev.ashlar.tensor.simd.lanes;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.NATIVE;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.other;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

/**
 * Reads and writes vectors of doubles in memory, which C2 is told lies outside the heap, as those
 * of floats are by {@link FloatVectors}.
 */
public final class DoubleVectors {
  /** Numbers in a vector. */
  public static final int LANES = Doubles.D.length();

  private DoubleVectors() {}

  /** Returns the vector that begins at byte {@code at}. */
  public static DoubleVector load(MemorySegment x, long at) {
    return DoubleVector.fromMemorySegment(
        Doubles.D, x.getClass() == NATIVE ? x : other(x), at, FloatVectors.ORDER);
  }

  /** Stores a vector from byte {@code at} on. */
  public static void store(DoubleVector vector, MemorySegment x, long at) {
    vector.intoMemorySegment(x.getClass() == NATIVE ? x : other(x), at, FloatVectors.ORDER);
  }

  /** Returns how many doubles whole vectors take to hold {@code count}. */
  public static int wholeVectors(int count) {
    return Math.ceilDiv(count, LANES) * LANES;
  }
}
