package dev.ashlar.autodiff.simd;

import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors that this machine computes in. Loops take a block's memory and place as local
 * variables: a store could change a field, for all that C2 knows, and then every access is checked
 * anew.
 */
final class Lanes {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int COUNT = SPECIES.length();

  private Lanes() {}

  /** Returns the vector with 0 in the place of subnormal numbers. */
  static FloatVector flushed(FloatVector x) {
    return x.blend(0f, x.abs().compare(LT, Float.MIN_NORMAL));
  }

  /** Returns how many rows of this size make a chunk worth handing to a thread. */
  static long grain(int width) {
    return Math.max(1, 16_384 / Math.max(1, width));
  }
}
