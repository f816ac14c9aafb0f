package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.blocks.Loops;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The loops of elementwise operations on I32, as {@link FloatLoops} are of F32: what wraps around
 * and never fails. Vectors are read and written as floats, which keeps the bits.
 */
public final class IntLoops {
  private IntLoops() {}

  public static Optional<Loops.Map> of(Op.Unary op) {
    return switch (op) {
      case Op.Negate _ -> Optional.of(IntLoops::negate);
      case Op.Abs _ -> Optional.of(IntLoops::abs);
      case Op.Relu _ -> Optional.of(IntLoops::relu);
      default -> Optional.empty();
    };
  }

  public static Optional<Loops.Zip> of(Op.Binary op) {
    return switch (op) {
      case Op.Plus _ -> Optional.of(IntLoops::plus);
      case Op.Minus _ -> Optional.of(IntLoops::minus);
      case Op.Times _ -> Optional.of(IntLoops::times);
      case Op.Maximum _ -> Optional.of(IntLoops::maximum);
      case Op.Minimum _ -> Optional.of(IntLoops::minimum);
      case Op.Div _, Op.Rem _, Op.Pow _ -> Optional.empty();
    };
  }

  private static void negate(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(x, xAt + i * 4L).reinterpretAsInts().neg().reinterpretAsFloats(), y, yAt + i * 4L);
  }

  private static void abs(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(x, xAt + i * 4L).reinterpretAsInts().abs().reinterpretAsFloats(), y, yAt + i * 4L);
  }

  private static void relu(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(
          load(x, xAt + i * 4L).reinterpretAsInts().max(0).reinterpretAsFloats(), y, yAt + i * 4L);
  }

  private static void plus(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var left = load(a, aAt + i * 4L).reinterpretAsInts();
      var right = load(b, bAt + i * 4L).reinterpretAsInts();
      store(left.add(right).reinterpretAsFloats(), y, yAt + i * 4L);
    }
  }

  private static void minus(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var left = load(a, aAt + i * 4L).reinterpretAsInts();
      var right = load(b, bAt + i * 4L).reinterpretAsInts();
      store(left.sub(right).reinterpretAsFloats(), y, yAt + i * 4L);
    }
  }

  private static void times(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var left = load(a, aAt + i * 4L).reinterpretAsInts();
      var right = load(b, bAt + i * 4L).reinterpretAsInts();
      store(left.mul(right).reinterpretAsFloats(), y, yAt + i * 4L);
    }
  }

  private static void maximum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var left = load(a, aAt + i * 4L).reinterpretAsInts();
      var right = load(b, bAt + i * 4L).reinterpretAsInts();
      store(left.max(right).reinterpretAsFloats(), y, yAt + i * 4L);
    }
  }

  private static void minimum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var left = load(a, aAt + i * 4L).reinterpretAsInts();
      var right = load(b, bAt + i * 4L).reinterpretAsInts();
      store(left.min(right).reinterpretAsFloats(), y, yAt + i * 4L);
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
      var least = load(low, lowAt + i * 4L).reinterpretAsInts();
      var most = load(high, highAt + i * 4L).reinterpretAsInts();
      store(
          load(x, xAt + i * 4L).reinterpretAsInts().max(least).min(most).reinterpretAsFloats(),
          y,
          yAt + i * 4L);
    }
  }
}
