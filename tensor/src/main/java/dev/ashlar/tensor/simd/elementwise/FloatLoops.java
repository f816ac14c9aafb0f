package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;
import static dev.ashlar.tensor.simd.lanes.Floats.LANES;
import static dev.ashlar.tensor.simd.lanes.Floats.S;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.lanes.VectorMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The loops of elementwise operations on F32, one method each so that C2 compiles each by itself.
 * {@code count} is that of whole vectors; xAt and its like are bytes. Those of long functions store
 * by the Vector API alone: C2 takes in nothing else by then.
 */
public final class FloatLoops {
  private FloatLoops() {}

  public static Loops.Map of(Op.Unary op) {
    return switch (op) {
      case Op.Negate _ -> FloatLoops::negate;
      case Op.Abs _ -> FloatLoops::abs;
      case Op.Exp _ -> FloatLoops::exp;
      case Op.Expm1 _ -> FloatLoops::expm1;
      case Op.Log _ -> FloatLoops::log;
      case Op.Log1p _ -> FloatLoops::log1p;
      case Op.Cube _ -> FloatLoops::cube;
      case Op.Sqrt _ -> FloatLoops::sqrt;
      case Op.Reciprocal _ -> FloatLoops::reciprocal;
      case Op.Sin _ -> FloatLoops::sin;
      case Op.Cos _ -> FloatLoops::cos;
      case Op.Tanh _ -> FloatLoops::tanh;
      case Op.Sigmoid _ -> FloatLoops::sigmoid;
      case Op.Relu _ -> FloatLoops::relu;
      case Op.Silu _ -> FloatGates.SILU;
      case Op.SiluSlope _ -> FloatGates.SILU_SLOPE;
      case Op.Erf _ -> FloatErf.ERF;
      case Op.Gelu _ -> FloatErf.GELU;
      case Op.GeluSlope _ -> FloatErf.GELU_SLOPE;
      case Op.GeluTanh _ -> FloatGates.GELU_TANH;
      case Op.GeluTanhSlope _ -> FloatGates.GELU_TANH_SLOPE;
      case Op.Floor _ -> FloatLoops::floor;
      case Op.Round _ -> FloatLoops::round;
    };
  }

  public static Loops.Zip of(Op.Binary op) {
    return switch (op) {
      case Op.Plus _ -> FloatLoops::plus;
      case Op.Minus _ -> FloatLoops::minus;
      case Op.Times _ -> FloatLoops::times;
      case Op.Div _ -> FloatLoops::div;
      case Op.Maximum _ -> FloatLoops::maximum;
      case Op.Minimum _ -> FloatLoops::minimum;
      case Op.Rem _ -> Remainders::floats;
      case Op.Pow _ -> FloatPowers::compute;
    };
  }

  private static void negate(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) store(load(x, xAt + i * 4L).neg(), y, yAt + i * 4L);
  }

  private static void abs(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) store(load(x, xAt + i * 4L).abs(), y, yAt + i * 4L);
  }

  private static void exp(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(VectorMath.exp(load(x, xAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void expm1(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(VectorMath.expm1(load(x, xAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void log(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(VectorMath.log(load(x, xAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void log1p(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      VectorMath.log1p(load(x, xAt + i * 4L)).intoMemorySegment(to, yAt + i * 4L, ORDER);
  }

  private static void cube(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var v = load(x, xAt + i * 4L);
      store(v.mul(v).mul(v), y, yAt + i * 4L);
    }
  }

  private static void sqrt(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) store(load(x, xAt + i * 4L).sqrt(), y, yAt + i * 4L);
  }

  private static void reciprocal(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(FloatVector.broadcast(S, 1f).div(load(x, xAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void sin(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      VectorMath.sin(load(x, xAt + i * 4L)).intoMemorySegment(to, yAt + i * 4L, ORDER);
  }

  private static void cos(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      VectorMath.cos(load(x, xAt + i * 4L)).intoMemorySegment(to, yAt + i * 4L, ORDER);
  }

  private static void tanh(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(VectorMath.tanh(load(x, xAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void sigmoid(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(VectorMath.sigmoid(load(x, xAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void relu(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) store(load(x, xAt + i * 4L).max(0f), y, yAt + i * 4L);
  }

  private static void floor(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(VectorMath.floor(load(x, xAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void round(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(VectorMath.round(load(x, xAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void plus(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 4L).add(load(b, bAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void minus(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 4L).sub(load(b, bAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void times(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 4L).mul(load(b, bAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void div(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 4L).div(load(b, bAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void maximum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 4L).max(load(b, bAt + i * 4L)), y, yAt + i * 4L);
  }

  private static void minimum(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(load(a, aAt + i * 4L).min(load(b, bAt + i * 4L)), y, yAt + i * 4L);
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
      var least = load(low, lowAt + i * 4L);
      var most = load(high, highAt + i * 4L);
      store(load(x, xAt + i * 4L).max(least).min(most), y, yAt + i * 4L);
    }
  }
}
