package dev.ashlar.tensor.simd;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Numbers that a vector loop reads or writes: those of {@code data} from byte {@code at} on, in
 * whole vectors; floats, or doubles by {@link DoubleVectors}. A tensor's own memory where that is
 * possible, else a copy.
 */
public sealed class FloatBlock permits FloatBlocks.Source, FloatBlocks.Target, FloatRows.Cursor {
  /** The order of bytes that vectors are read and written in. */
  public static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;

  /** Floats are looked at in vectors of this length. */
  static final int LANES = S.length();

  private MemorySegment data = MemorySegment.NULL;
  private long at;

  /** The class of memory outside the heap. */
  static final Class<?> NATIVE = MemorySegment.NULL.getClass();

  FloatBlock() {}

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
  static FloatVector load(MemorySegment x, long at, VectorMask<Float> lanes) {
    return FloatVector.fromMemorySegment(
        S, x.getClass() == NATIVE ? x : other(x), at, ORDER, lanes);
  }

  /** Returns a vector of another length. */
  static FloatVector load(VectorSpecies<Float> species, MemorySegment x, long at) {
    return FloatVector.fromMemorySegment(species, x.getClass() == NATIVE ? x : other(x), at, ORDER);
  }

  /** Stores a vector from byte {@code at} on. */
  public static void store(FloatVector vector, MemorySegment x, long at) {
    vector.intoMemorySegment(x.getClass() == NATIVE ? x : other(x), at, ORDER);
  }

  /** Returns the memory, which C2 then knows as in {@link #load}: for loops that ask only once. */
  public static MemorySegment known(MemorySegment x) {
    return x.getClass() == NATIVE ? x : other(x);
  }

  /** Memory mapped from a file, for one; a method of its own, so that the branch above stays. */
  static MemorySegment other(MemorySegment memory) {
    return memory;
  }

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

  /** Returns how many floats whole vectors take to hold {@code count}. */
  public static int wholeVectors(int count) {
    return Math.ceilDiv(count, LANES) * LANES;
  }
}
