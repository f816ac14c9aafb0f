package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.store;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.lanes.DoubleVectorMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

/** The loops of elementwise operations on F64, as {@link FloatLoops} are of F32. */
public final class DoubleLoops {
  private DoubleLoops() {}

  public static Loops.Map of(Op.Unary op) {
    return switch (op) {
      case Op.Negate _ -> DoubleLoops::negate;
      case Op.Abs _ -> DoubleLoops::abs;
      case Op.Exp _ -> DoubleLoops::exp;
      case Op.Expm1 _ -> DoubleLoops::expm1;
      case Op.Log _ -> DoubleLoops::log;
      case Op.Log1p _ -> DoubleLoops::log1p;
      case Op.Cube _ -> DoubleLoops::cube;
      case Op.Sqrt _ -> DoubleLoops::sqrt;
      case Op.Reciprocal _ -> DoubleLoops::reciprocal;
      case Op.Sin _ -> DoubleLoops::sin;
      case Op.Cos _ -> DoubleLoops::cos;
      case Op.Tanh _ -> DoubleLoops::tanh;
      case Op.Sigmoid _ -> DoubleLoops::sigmoid;
      case Op.Relu _ -> DoubleLoops::relu;
      case Op.Silu _ -> DoubleGates.SILU;
      case Op.SiluSlope _ -> DoubleGates.SILU_SLOPE;
      case Op.Erf _ -> DoubleErf.ERF;
      case Op.Gelu _ -> DoubleErf.GELU;
      case Op.GeluSlope _ -> DoubleErf.GELU_SLOPE;
      case Op.GeluTanh _ -> DoubleGates.GELU_TANH;
      case Op.GeluTanhSlope _ -> DoubleGates.GELU_TANH_SLOPE;
      case Op.Floor _ -> DoubleLoops::floor;
      case Op.Round _ -> DoubleLoops::round;
    };
  }

  public static Loops.Zip of(Op.Binary op) {
    return switch (op) {
      case Op.Plus _ -> DoubleLoops::plus;
      case Op.Minus _ -> DoubleLoops::minus;
      case Op.Times _ -> DoubleLoops::times;
      case Op.Div _ -> DoubleLoops::div;
      case Op.Maximum _ -> DoubleLoops::maximum;
      case Op.Minimum _ -> DoubleLoops::minimum;
      case Op.Rem _ -> Remainders::doubles;
      case Op.Pow _ -> DoublePowers::compute;
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
      store(DoubleVectorMath.exp(load(x, xAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void expm1(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleVectorMath.expm1(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void log(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleVectorMath.log(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void log1p(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleVectorMath.log1p(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void cube(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      var v = load(x, xAt + i * 8L);
      store(v.mul(v).mul(v), y, yAt + i * 8L);
    }
  }

  private static void sqrt(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) store(load(x, xAt + i * 8L).sqrt(), y, yAt + i * 8L);
  }

  private static void reciprocal(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(DoubleVector.broadcast(D, 1.0).div(load(x, xAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void sin(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleVectorMath.sin(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void cos(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleVectorMath.cos(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void tanh(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleVectorMath.tanh(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void sigmoid(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES)
      DoubleVectorMath.sigmoid(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
  }

  private static void relu(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES) store(load(x, xAt + i * 8L).max(0.0), y, yAt + i * 8L);
  }

  private static void floor(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(DoubleVectorMath.floor(load(x, xAt + i * 8L)), y, yAt + i * 8L);
  }

  private static void round(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += LANES)
      store(DoubleVectorMath.round(load(x, xAt + i * 8L)), y, yAt + i * 8L);
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
      var least = load(low, lowAt + i * 8L);
      var most = load(high, highAt + i * 8L);
      store(load(x, xAt + i * 8L).max(least).min(most), y, yAt + i * 8L);
    }
  }
}
