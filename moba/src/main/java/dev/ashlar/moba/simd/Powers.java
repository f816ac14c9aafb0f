package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The constants of powers of e: e^x = 2^n · 2^r with n + r = x · log2 e and n whole. What computes
 * with them is written out where it is used, for C2 keeps vectors in registers only as local
 * variables.
 */
final class Powers {
  static final FloatVector LOG2_E = constant(0x1.715476p0f);

  /** Below, e^x counts as 0: no slow subnormal numbers arise. */
  static final FloatVector LEAST = constant(-86f);

  /** Added to a number, leaves the nearest whole one in the lowest bits. */
  static final FloatVector ROUNDER = constant(0x1.8p23f);

  // 2^r for r in ±1/2, a minimax polynomial: to 1.7e-7, roundings included.
  static final FloatVector C0 = constant(1f);
  static final FloatVector C1 = constant(6.931470036506653e-1f);
  static final FloatVector C2 = constant(2.4022242426872253e-1f);
  static final FloatVector C3 = constant(5.550733581185341e-2f);
  static final FloatVector C4 = constant(9.671512991189957e-3f);
  static final FloatVector C5 = constant(1.326472731307149e-3f);

  private Powers() {}

  static FloatVector constant(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }
}
