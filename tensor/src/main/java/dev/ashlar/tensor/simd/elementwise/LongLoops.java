package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.store;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.blocks.Loops;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The loops of elementwise operations on I64, as {@link IntLoops} are of I32; vectors are read and
 * written as doubles.
 */
public final class LongLoops {
  private LongLoops() {}

  public static Optional<Loops.Map> of(Op.Unary op) {
    return switch (op) {
      case Op.Negate _ -> Optional.of(LongLoops::negate);
      case Op.Abs _ -> Optional.of(LongLoops::abs);
      case Op.Relu _ -> Optional.of(LongLoops::relu);
      default -> Optional.empty();
    };
  }

  public static Optional<Loops.Zip> of(Op.Binary op) {
    return switch (op) {
      case Op.Plus _ -> Optional.of(LongLoops::plus);
      case Op.Minus _ -> Optional.of(LongLoops::minus);
      case Op.Times _ -> Optional.of(LongLoops::times);
      case Op.Maximum _ -> Optional.of(LongLoops::maximum);
      case Op.Minimum _ -> Optional.of(LongLoops::minimum);
      case Op.Div _, Op.Rem _, Op.Pow _ -> Optional.empty();
    };
  }

  private static void negate(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(
          load(x, xAt + i * 8L).reinterpretAsLongs().neg().reinterpretAsDoubles(), y, yAt + i * 8L);
  }

  private static void abs(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(
          load(x, xAt + i * 8L).reinterpretAsLongs().abs().reinterpretAsDoubles(), y, yAt + i * 8L);
  }

  private static void relu(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(
          load(x, xAt + i * 8L).reinterpretAsLongs().max(0).reinterpretAsDoubles(),
          y,
          yAt + i * 8L);
  }

  private static void plus(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var left = load(a, aAt + i * 8L).reinterpretAsLongs();
      var right = load(b, bAt + i * 8L).reinterpretAsLongs();
      store(left.add(right).reinterpretAsDoubles(), y, yAt + i * 8L);
    }
  }

  private static void minus(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var left = load(a, aAt + i * 8L).reinterpretAsLongs();
      var right = load(b, bAt + i * 8L).reinterpretAsLongs();
      store(left.sub(right).reinterpretAsDoubles(), y, yAt + i * 8L);
    }
  }

  private static void times(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var left = load(a, aAt + i * 8L).reinterpretAsLongs();
      var right = load(b, bAt + i * 8L).reinterpretAsLongs();
      store(left.mul(right).reinterpretAsDoubles(), y, yAt + i * 8L);
    }
  }

  private static void maximum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var left = load(a, aAt + i * 8L).reinterpretAsLongs();
      var right = load(b, bAt + i * 8L).reinterpretAsLongs();
      store(left.max(right).reinterpretAsDoubles(), y, yAt + i * 8L);
    }
  }

  private static void minimum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var left = load(a, aAt + i * 8L).reinterpretAsLongs();
      var right = load(b, bAt + i * 8L).reinterpretAsLongs();
      store(left.min(right).reinterpretAsDoubles(), y, yAt + i * 8L);
    }
  }

  public static void clamp(
      MemorySegment x,
      long xAt,
      MemorySegment low,
      long lowAt,
      MemorySegment high,
      long highAt,
      MemorySegment y,
      long yAt,
      int count) {
    for (int i = 0; i < count; i += LANES) {
      var least = load(low, lowAt + i * 8L).reinterpretAsLongs();
      var most = load(high, highAt + i * 8L).reinterpretAsLongs();
      store(
          load(x, xAt + i * 8L).reinterpretAsLongs().max(least).min(most).reinterpretAsDoubles(),
          y,
          yAt + i * 8L);
    }
  }
}
