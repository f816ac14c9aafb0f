package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.store;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.lanes.DoubleVectorMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;

/** What {@link FloatGates} is for F32; u is rounded as the plain kernel rounds it. */
final class DoubleGates {
  static final Loops.Map SILU = Apart.inTurn(DoubleGates::siluDecays, DoubleGates::gates);
  static final Loops.Map SILU_SLOPE =
      Apart.inTurn(DoubleGates::siluDecays, DoubleGates::siluSlopes);
  static final Loops.Map GELU_TANH =
      Apart.inTurn(DoubleGates::geluTanhPowers, DoubleGates::exps, DoubleGates::gates);
  static final Loops.Map GELU_TANH_SLOPE =
      Apart.inTurn(DoubleGates::geluTanhPowers, DoubleGates::exps, DoubleGates::geluTanhSlopes);

  /** From here on sigmoid(u) is 0 or 1. */
  private static final double SILU_BOUND = 800;

  private static final double GELU_BOUND = 30;

  private DoubleGates() {}

  private static void siluDecays(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      siluDecay(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void geluTanhPowers(
      MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(geluTanhPower(load(x, xAt + i * 8L)), y, yAt + i * 8L);
  }

  /** y = e^y: a loop of its own, since C2 would stop inlining before the end of a longer one. */
  static void exps(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(DoubleVectorMath.exp(load(y, yAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void gates(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(gate(load(x, xAt + i * 8L), load(y, yAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void siluSlopes(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(siluSlope(load(x, xAt + i * 8L), load(y, yAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void geluTanhSlopes(
      MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(geluTanhSlope(load(x, xAt + i * 8L), load(y, yAt + i * 8L)), y, yAt + i * 8L);
  }

  private static DoubleVector siluDecay(DoubleVector x) {
    return DoubleVectorMath.exp(x.abs().neg());
  }

  /** Returns -|u| for the u of the tanh form of gelu. */
  private static DoubleVector geluTanhPower(DoubleVector x) {
    DoubleVector t = within(GELU_BOUND, x);
    DoubleVector u = t.mul(t).mul(Op.GeluTanh.CUBIC).add(Op.GeluTanh.LINEAR).mul(t);
    return u.abs().neg();
  }

  /** Returns x / (1 + e^-u), given e^-|u|. */
  private static DoubleVector gate(DoubleVector x, DoubleVector e) {
    // Bounded, for what is infinite would not become 0.
    DoubleVector below = DoubleVectorMath.upTo(SILU_BOUND, x.abs()).neg().mul(e);
    return x.blend(below, x.compare(LT, 0.0)).div(e.add(1.0));
  }

  private static DoubleVector siluSlope(DoubleVector x, DoubleVector e) {
    DoubleVector t = within(SILU_BOUND, x);
    return slope(t, t, e);
  }

  private static DoubleVector geluTanhSlope(DoubleVector x, DoubleVector e) {
    DoubleVector t = within(GELU_BOUND, x);
    return slope(t, t.mul(t).mul(3 * Op.GeluTanh.CUBIC).add(Op.GeluTanh.LINEAR).mul(t), e);
  }

  /** Returns s · (1 + x · u' · (1 - s)) with s = sigmoid(u), given x · u' and e^-|u|. */
  private static DoubleVector slope(DoubleVector x, DoubleVector xdu, DoubleVector e) {
    DoubleVector one = x.broadcast(1.0);
    DoubleVector greater = one.div(e.add(1.0));
    DoubleVector lesser = e.mul(greater);
    VectorMask<Double> negative = x.compare(LT, 0.0);
    DoubleVector s = greater.blend(lesser, negative);
    return s.mul(xdu.fma(lesser.blend(greater, negative), one));
  }

  private static DoubleVector within(double bound, DoubleVector x) {
    return DoubleVectorMath.upTo(bound, x).blend(-bound, x.compare(LT, -bound));
  }
}
