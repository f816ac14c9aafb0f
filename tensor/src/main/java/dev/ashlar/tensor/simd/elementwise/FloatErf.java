package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;

import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.lanes.ErfMath;
import java.lang.foreign.MemorySegment;

/**
 * The error function, gelu and its derivative on F32: step by step as in {@link FloatGates}, by
 * loops that leave where the results come to lie what the next one needs. They are so long that
 * they store by the Vector API alone, as in {@link FloatLoops}.
 */
final class FloatErf {
  static final Loops.Map ERF = Apart.inTurn(FloatErf::erfDecays, FloatErf::farErfs, FloatErf::erfs);
  static final Loops.Map GELU = Apart.inTurn(FloatErf::decays, FloatErf::gelus);
  static final Loops.Map GELU_SLOPE = Apart.inTurn(FloatErf::decays, FloatErf::slopes);

  private FloatErf() {}

  private static void erfDecays(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      ErfMath.erfDecay(load(x, xAt + i * 4L)).intoMemorySegment(to, yAt + i * 4L, ORDER);
  }

  private static void decays(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      ErfMath.geluDecay(load(x, xAt + i * 4L)).intoMemorySegment(to, yAt + i * 4L, ORDER);
  }

  private static void farErfs(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      ErfMath.farErf(load(x, xAt + i * 4L), load(y, yAt + i * 4L))
          .intoMemorySegment(to, yAt + i * 4L, ORDER);
  }

  private static void erfs(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      ErfMath.erf(load(x, xAt + i * 4L), load(y, yAt + i * 4L))
          .intoMemorySegment(to, yAt + i * 4L, ORDER);
  }

  private static void gelus(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      ErfMath.gelu(load(x, xAt + i * 4L), load(y, yAt + i * 4L))
          .intoMemorySegment(to, yAt + i * 4L, ORDER);
  }

  private static void slopes(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      ErfMath.geluSlope(load(x, xAt + i * 4L), load(y, yAt + i * 4L))
          .intoMemorySegment(to, yAt + i * 4L, ORDER);
  }
}
