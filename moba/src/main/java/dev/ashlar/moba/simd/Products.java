package dev.ashlar.moba.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The sizes that the matrix products of attention share. */
final class Products {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** The numbers of one vector. */
  static final int LANES = SPECIES.length();

  /** The rows of a register block: arrays are read, and gradients of keys written, in eights. */
  static final int ROWS = 8;

  private Products() {}

  /** Returns the size to which rows of {@code size} numbers are padded. */
  static int padded(int size) {
    int unit = Math.max(LANES, ROWS);
    return Math.ceilDiv(size, unit) * unit;
  }
}
