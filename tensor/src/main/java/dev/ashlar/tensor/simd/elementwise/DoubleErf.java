package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;

import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.lanes.DoubleErfMath;
import java.lang.foreign.MemorySegment;

/** What {@link FloatErf} is for F32, in four steps: there are twice as many coefficients. */
final class DoubleErf {
  static final Loops.Map ERF =
      Apart.inTurn(DoubleErf::erfPowers, DoubleGates::exps, DoubleErf::erfTails, DoubleErf::erfs);
  static final Loops.Map GELU =
      Apart.inTurn(DoubleErf::powers, DoubleGates::exps, DoubleErf::tails, DoubleErf::gelus);
  static final Loops.Map GELU_SLOPE =
      Apart.inTurn(DoubleErf::powers, DoubleGates::exps, DoubleErf::slopeTails, DoubleErf::slopes);

  private DoubleErf() {}

  private static void erfPowers(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleErfMath.erfPower(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void powers(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleErfMath.power(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void erfTails(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleErfMath.erfTail(load(x, xAt + i * 8L), load(y, yAt + i * 8L))
          .intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void tails(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleErfMath.geluTail(load(x, xAt + i * 8L), load(y, yAt + i * 8L))
          .intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void slopeTails(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleErfMath.slopeTail(load(x, xAt + i * 8L), load(y, yAt + i * 8L))
          .intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void erfs(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleErfMath.erf(load(x, xAt + i * 8L), load(y, yAt + i * 8L))
          .intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void gelus(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleErfMath.gelu(load(x, xAt + i * 8L), load(y, yAt + i * 8L))
          .intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void slopes(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleErfMath.slope(load(x, xAt + i * 8L), load(y, yAt + i * 8L))
          .intoMemorySegment(to, yAt + i * 8L, ORDER);
  }
}
