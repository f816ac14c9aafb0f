package dev.ashlar.autodiff.simd;

import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.simd.FloatBlock;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vectors that this machine computes in. */
final class Lanes {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int COUNT = SPECIES.length();

  private Lanes() {}

  /**
   * Returns the vector that begins {@code i} floats behind byte {@code at}. Loops take a block's
   * memory and place as local variables: a store could change a field, for all that C2 knows, and
   * then every access is checked anew.
   */
  static FloatVector at(MemorySegment x, long at, int i) {
    return FloatVector.fromMemorySegment(
        SPECIES, FloatBlock.known(x), at + (long) i * Float.BYTES, FloatBlock.ORDER);
  }

  /** Stores a vector {@code i} floats behind byte {@code at}. */
  static void put(FloatVector vector, MemorySegment y, long at, int i) {
    vector.intoMemorySegment(FloatBlock.known(y), at + (long) i * Float.BYTES, FloatBlock.ORDER);
  }

  /** Returns the vector with 0 in the place of subnormal numbers. */
  static FloatVector flushed(FloatVector x) {
    return x.blend(0f, x.abs().compare(LT, Float.MIN_NORMAL));
  }

  /** Returns how many rows of this size make a chunk worth handing to a thread. */
  static long grain(int width) {
    return Math.max(1, 16_384 / Math.max(1, width));
  }
}
