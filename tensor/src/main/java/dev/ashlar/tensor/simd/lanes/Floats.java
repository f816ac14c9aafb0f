package dev.ashlar.tensor.simd.lanes;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vectors that floats are computed in. */
public final class Floats {
  /** The floats of a vector. */
  public static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;

  /** Numbers in a vector. */
  public static final int LANES = S.length();

  private Floats() {}
}
