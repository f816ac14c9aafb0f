package dev.ashlar.tensor.simd.lanes;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vectors that sums of floats are made in. */
public final class Doubles {
  /** The doubles of a vector. */
  public static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  /** As many floats. */
  public static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));

  private Doubles() {}
}
