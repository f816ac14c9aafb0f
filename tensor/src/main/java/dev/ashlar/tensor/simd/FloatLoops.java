package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.FloatBlock.ORDER;
import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import dev.ashlar.tensor.Op;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * The loops of elementwise operations on F32, one method each so that C2 compiles each by itself.
 * {@code count} is that of whole vectors; xAt and its like are bytes.
 */
final class FloatLoops {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private FloatLoops() {}

  /** y[i] = f(x[i]). */
  @FunctionalInterface
  interface Map {
    void compute(MemorySegment x, long xAt, MemorySegment y, long yAt, int count);
  }

  /** y[i] = f(a[i], b[i]). */
  @FunctionalInterface
  interface Zip {
    void compute(
        MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count);
  }

  static Map of(Op.Unary op) {
    return switch (op) {
      case Op.Negate _ -> FloatLoops::negate;
      case Op.Abs _ -> FloatLoops::abs;
      case Op.Exp _ -> FloatLoops::exp;
      case Op.Expm1 _ -> FloatLoops::expm1;
      case Op.Log _ -> FloatLoops::log;
      case Op.Log1p _ -> FloatLoops::log1p;
      case Op.Sqrt _ -> FloatLoops::sqrt;
      case Op.Reciprocal _ -> FloatLoops::reciprocal;
      case Op.Sin _ -> FloatLoops::sin;
      case Op.Cos _ -> FloatLoops::cos;
      case Op.Tanh _ -> FloatLoops::tanh;
      case Op.Sigmoid _ -> FloatLoops::sigmoid;
      case Op.Relu _ -> FloatLoops::relu;
      case Op.Floor _ -> FloatLoops::floor;
      case Op.Round _ -> FloatLoops::round;
    };
  }

  /**
   * Returns the loop of an operation on two inputs; none for those that are rare and slow anyway.
   */
  static Optional<Zip> of(Op.Binary op) {
    return switch (op) {
      case Op.Plus _ -> Optional.of(FloatLoops::plus);
      case Op.Minus _ -> Optional.of(FloatLoops::minus);
      case Op.Times _ -> Optional.of(FloatLoops::times);
      case Op.Div _ -> Optional.of(FloatLoops::div);
      case Op.Maximum _ -> Optional.of(FloatLoops::maximum);
      case Op.Minimum _ -> Optional.of(FloatLoops::minimum);
      case Op.Rem _, Op.Pow _ -> Optional.empty();
    };
  }

  private static FloatVector at(MemorySegment x, long at, int i) {
    return FloatVector.fromMemorySegment(
        S, FloatBlock.known(x), at + (long) i * Float.BYTES, ORDER);
  }

  private static void put(FloatVector vector, MemorySegment y, long at, int i) {
    vector.intoMemorySegment(FloatBlock.known(y), at + (long) i * Float.BYTES, ORDER);
  }

  private static void negate(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(at(x, xAt, i).neg(), y, yAt, i);
  }

  private static void abs(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(at(x, xAt, i).abs(), y, yAt, i);
  }

  private static void exp(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(VectorMath.exp(at(x, xAt, i)), y, yAt, i);
  }

  private static void expm1(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(VectorMath.expm1(at(x, xAt, i)), y, yAt, i);
  }

  private static void log(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(VectorMath.log(at(x, xAt, i)), y, yAt, i);
  }

  private static void log1p(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(VectorMath.log1p(at(x, xAt, i)), y, yAt, i);
  }

  private static void sqrt(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(at(x, xAt, i).sqrt(), y, yAt, i);
  }

  private static void reciprocal(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      put(FloatVector.broadcast(S, 1f).div(at(x, xAt, i)), y, yAt, i);
  }

  private static void sin(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(VectorMath.sin(at(x, xAt, i)), y, yAt, i);
  }

  private static void cos(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(VectorMath.cos(at(x, xAt, i)), y, yAt, i);
  }

  private static void tanh(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(VectorMath.tanh(at(x, xAt, i)), y, yAt, i);
  }

  private static void sigmoid(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(VectorMath.sigmoid(at(x, xAt, i)), y, yAt, i);
  }

  private static void relu(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(at(x, xAt, i).max(0f), y, yAt, i);
  }

  // No vector operation rounds to whole numbers; these two are exact lane by lane.
  private static void floor(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i++) {
      long byteAt = (long) i * Float.BYTES;
      y.set(FLOAT, yAt + byteAt, (float) Math.floor(x.get(FLOAT, xAt + byteAt)));
    }
  }

  private static void round(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i++) {
      long byteAt = (long) i * Float.BYTES;
      y.set(FLOAT, yAt + byteAt, (float) Math.rint(x.get(FLOAT, xAt + byteAt)));
    }
  }

  private static void plus(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(at(a, aAt, i).add(at(b, bAt, i)), y, yAt, i);
  }

  private static void minus(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(at(a, aAt, i).sub(at(b, bAt, i)), y, yAt, i);
  }

  private static void times(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(at(a, aAt, i).mul(at(b, bAt, i)), y, yAt, i);
  }

  private static void div(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(at(a, aAt, i).div(at(b, bAt, i)), y, yAt, i);
  }

  private static void maximum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(at(a, aAt, i).max(at(b, bAt, i)), y, yAt, i);
  }

  private static void minimum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) put(at(a, aAt, i).min(at(b, bAt, i)), y, yAt, i);
  }
}
