package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;

import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.lanes.GateMath;
import java.lang.foreign.MemorySegment;

/**
 * silu, the tanh form of gelu and their derivatives on F32: a first loop leaves e^-|u| where the
 * results come to lie, a second makes these of it. In one loop, C2 would stop inlining before the
 * end.
 */
final class FloatGates {
  static final Loops.Map SILU = Apart.inTurn(FloatGates::siluDecays, FloatGates::gates);
  static final Loops.Map SILU_SLOPE = Apart.inTurn(FloatGates::siluDecays, FloatGates::siluSlopes);
  static final Loops.Map GELU_TANH = Apart.inTurn(FloatGates::geluTanhDecays, FloatGates::gates);
  static final Loops.Map GELU_TANH_SLOPE =
      Apart.inTurn(FloatGates::geluTanhDecays, FloatGates::geluTanhSlopes);

  private FloatGates() {}

  private static void siluDecays(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(GateMath.siluDecay(load(x, xAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void geluTanhDecays(
      MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(GateMath.geluTanhDecay(load(x, xAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void gates(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(GateMath.gate(load(x, xAt + i * 4L), load(y, yAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void siluSlopes(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(GateMath.siluSlope(load(x, xAt + i * 4L), load(y, yAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void geluTanhSlopes(
      MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(GateMath.geluTanhSlope(load(x, xAt + i * 4L), load(y, yAt + i * 4L)), y, yAt + i * 4L);
  }
}
