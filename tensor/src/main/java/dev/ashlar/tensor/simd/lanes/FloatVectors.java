package dev.ashlar.tensor.simd.lanes;

import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Reads and writes vectors of floats in memory, which C2 is told lies outside the heap. */
public final class FloatVectors {
  /** The order of bytes that vectors are read and written in. */
  public static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** The class of memory outside the heap. */
  static final Class<?> NATIVE = MemorySegment.NULL.getClass();

  private FloatVectors() {}

  // Each access tells C2 that memory lies outside the heap as long as all that came here did. Until
  // the Vector API is compiled, it copies some vectors through arrays, and its own profile holds
  // both kinds from then on: a loop compiled for both takes twice as long. Nothing is called here
  // but what is always inlined: of a helper that has no profile yet, C2 inlines no other calls, and
  // puts vectors into objects for them.

  /** Returns the vector that begins at byte {@code at}. */
  public static FloatVector load(MemorySegment x, long at) {
    return FloatVector.fromMemorySegment(S, x.getClass() == NATIVE ? x : other(x), at, ORDER);
  }

  /** Returns those lanes of a vector, and 0 for the others. */
  public static FloatVector load(MemorySegment x, long at, VectorMask<Float> lanes) {
    return FloatVector.fromMemorySegment(
        S, x.getClass() == NATIVE ? x : other(x), at, ORDER, lanes);
  }

  /** Returns a vector of another length. */
  public static FloatVector load(VectorSpecies<Float> species, MemorySegment x, long at) {
    return FloatVector.fromMemorySegment(species, x.getClass() == NATIVE ? x : other(x), at, ORDER);
  }

  /** Stores a vector from byte {@code at} on. */
  public static void store(FloatVector vector, MemorySegment x, long at) {
    vector.intoMemorySegment(x.getClass() == NATIVE ? x : other(x), at, ORDER);
  }

  /**
   * Returns the memory, which C2 then knows as in {@link #load}: for loops that ask only once,
   * among them long ones, at whose end C2 takes in nothing but the Vector API.
   */
  public static MemorySegment known(MemorySegment x) {
    return x.getClass() == NATIVE ? x : other(x);
  }

  /** Memory mapped from a file, for one; a method of its own, so that the branch above stays. */
  static MemorySegment other(MemorySegment memory) {
    return memory;
  }

  /** Returns how many floats whole vectors take to hold {@code count}. */
  public static int wholeVectors(int count) {
    return Math.ceilDiv(count, LANES) * LANES;
  }
}
