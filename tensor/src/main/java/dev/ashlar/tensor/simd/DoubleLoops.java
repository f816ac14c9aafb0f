package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.DoubleVectors.load;
import static dev.ashlar.tensor.simd.DoubleVectors.store;
import static dev.ashlar.tensor.simd.Doubles.D;

import dev.ashlar.tensor.Op;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.DoubleVector;

/**
 * The loops of elementwise operations on F64, as {@link FloatLoops} are of F32: those that a check
 * of gradients spends time in.
 */
final class DoubleLoops {
  private DoubleLoops() {}

  static Optional<FloatLoops.Map> of(Op.Unary op) {
    return switch (op) {
      case Op.Negate _ -> Optional.of(DoubleLoops::negate);
      case Op.Abs _ -> Optional.of(DoubleLoops::abs);
      case Op.Exp _ -> Optional.of(DoubleLoops::exp);
      case Op.Sqrt _ -> Optional.of(DoubleLoops::sqrt);
      case Op.Reciprocal _ -> Optional.of(DoubleLoops::reciprocal);
      case Op.Sigmoid _ -> Optional.of(DoubleLoops::sigmoid);
      case Op.Relu _ -> Optional.of(DoubleLoops::relu);
      default -> Optional.empty();
    };
  }

  static Optional<FloatLoops.Zip> of(Op.Binary op) {
    return switch (op) {
      case Op.Plus _ -> Optional.of(DoubleLoops::plus);
      case Op.Minus _ -> Optional.of(DoubleLoops::minus);
      case Op.Times _ -> Optional.of(DoubleLoops::times);
      case Op.Div _ -> Optional.of(DoubleLoops::div);
      case Op.Maximum _ -> Optional.of(DoubleLoops::maximum);
      case Op.Minimum _ -> Optional.of(DoubleLoops::minimum);
      case Op.Rem _, Op.Pow _ -> Optional.empty();
    };
  }

  private static void negate(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) store(load(x, xAt + i * 8L).neg(), y, yAt + i * 8L);
  }

  private static void abs(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) store(load(x, xAt + i * 8L).abs(), y, yAt + i * 8L);
  }

  private static void exp(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(VectorMath.exp(load(x, xAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void sqrt(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) store(load(x, xAt + i * 8L).sqrt(), y, yAt + i * 8L);
  }

  private static void reciprocal(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(DoubleVector.broadcast(D, 1.0).div(load(x, xAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void sigmoid(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(VectorMath.sigmoid(load(x, xAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void relu(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) store(load(x, xAt + i * 8L).max(0.0), y, yAt + i * 8L);
  }

  private static void plus(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 8L).add(load(b, bAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void minus(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 8L).sub(load(b, bAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void times(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 8L).mul(load(b, bAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void div(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 8L).div(load(b, bAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void maximum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 8L).max(load(b, bAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void minimum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 8L).min(load(b, bAt + i * 8L)), y, yAt + i * 8L);
  }
}
