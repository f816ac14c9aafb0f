package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import dev.ashlar.tensor.Op;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * The loops of elementwise operations on F32, one method each so that C2 compiles each by itself.
 * They go on to the end of the last vector, beyond {@code count}: arrays are {@link Blocks#SIZE}
 * long.
 */
final class FloatLoops {
  private FloatLoops() {}

  /** y[i] = f(x[i]). */
  @FunctionalInterface
  interface Map {
    void compute(float[] x, float[] y, int count);
  }

  /** y[i] = f(a[i], b[i]). */
  @FunctionalInterface
  interface Zip {
    void compute(float[] a, float[] b, float[] y, int count);
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

  private static FloatVector at(float[] x, int i) {
    return FloatVector.fromArray(S, x, i);
  }

  private static void negate(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) at(x, i).neg().intoArray(y, i);
  }

  private static void abs(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) at(x, i).abs().intoArray(y, i);
  }

  private static void exp(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) VectorMath.exp(at(x, i)).intoArray(y, i);
  }

  private static void expm1(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) VectorMath.expm1(at(x, i)).intoArray(y, i);
  }

  private static void log(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) VectorMath.log(at(x, i)).intoArray(y, i);
  }

  private static void log1p(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) VectorMath.log1p(at(x, i)).intoArray(y, i);
  }

  private static void sqrt(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) at(x, i).sqrt().intoArray(y, i);
  }

  private static void reciprocal(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES)
      FloatVector.broadcast(S, 1f).div(at(x, i)).intoArray(y, i);
  }

  private static void sin(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) VectorMath.sin(at(x, i)).intoArray(y, i);
  }

  private static void cos(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) VectorMath.cos(at(x, i)).intoArray(y, i);
  }

  private static void tanh(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) VectorMath.tanh(at(x, i)).intoArray(y, i);
  }

  private static void sigmoid(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) VectorMath.sigmoid(at(x, i)).intoArray(y, i);
  }

  private static void relu(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) at(x, i).max(0f).intoArray(y, i);
  }

  // No vector operation rounds to whole numbers; these two are exact lane by lane.
  private static void floor(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = (float) Math.floor(x[i]);
  }

  private static void round(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = (float) Math.rint(x[i]);
  }

  private static void plus(float[] a, float[] b, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) at(a, i).add(at(b, i)).intoArray(y, i);
  }

  private static void minus(float[] a, float[] b, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) at(a, i).sub(at(b, i)).intoArray(y, i);
  }

  private static void times(float[] a, float[] b, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) at(a, i).mul(at(b, i)).intoArray(y, i);
  }

  private static void div(float[] a, float[] b, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) at(a, i).div(at(b, i)).intoArray(y, i);
  }

  private static void maximum(float[] a, float[] b, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) at(a, i).max(at(b, i)).intoArray(y, i);
  }

  private static void minimum(float[] a, float[] b, float[] y, int count) {
    for (int i = 0; i < count; i += LANES) at(a, i).min(at(b, i)).intoArray(y, i);
  }
}
