package dev.ashlar.autodiff.simd;

import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.simd.FloatBlock;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vectors that this machine computes in. */
final class Lanes {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int COUNT = SPECIES.length();

  private Lanes() {}

  /** Returns the vector that begins at float {@code i} of a block. */
  static FloatVector at(FloatBlock x, int i) {
    return FloatVector.fromMemorySegment(
        SPECIES, x.data(), x.at() + (long) i * Float.BYTES, FloatBlock.ORDER);
  }

  /** Stores a vector at float {@code i} of a block. */
  static void put(FloatVector vector, FloatBlock y, int i) {
    vector.intoMemorySegment(y.data(), y.at() + (long) i * Float.BYTES, FloatBlock.ORDER);
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
