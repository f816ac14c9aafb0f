package dev.ashlar.tensor.simd.lanes;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Elementary functions of vectors of floats, lane by lane, for any species. Each is a chain of
 * exactly rounded steps (sums, products, fused multiply-adds, shifts), so a lane's result depends
 * on that lane's argument alone: not on the vector's length, and not on whether the code is
 * interpreted or compiled, as the JDK's own lanewise functions do. NaN gives NaN. Errors are in
 * units in the last place of the exact result, and were measured over the whole range by {@code
 * VectorMathTest}. Call them from loops whose species is a {@code static final} constant.
 */
public final class VectorMath {
  // Adding this to a float below 2^22 rounds it to a whole number, which then stands in the lowest
  // bits.
  private static final float ROUNDER = 0x1.8p23f;
  private static final int ROUNDER_BITS = 0x4B400000;

  // With this one the lowest bits are n + 127: the exponent of 2^n.
  static final float EXPONENT_ROUNDER = ROUNDER + 127;

  // With this one they are n + 254: a half of it, and what the half leaves, are the exponents of
  // two
  // factors of 2^n, which alone may be out of range. The halves of the other bits are shifted out.
  private static final float HALVES_ROUNDER = ROUNDER + 254;

  private static final int SIGN = Integer.MIN_VALUE;

  static final float LOG2_E = 0x1.715476p0f;
  static final float LN2 = 0x1.62e43p-1f;
  private static final float LN2_LOW = -0x1.05c61p-29f;

  /** Below this e^x rounds to 0. */
  private static final float EXP_ZERO_BELOW = -103.9721f;

  /** Above this e^x rounds to infinity. */
  private static final float EXP_INFINITE_ABOVE = 88.72284f;

  /** The least whole argument whose e^x is a normal number. */
  private static final float EXP_NORMAL_FROM = -87f;

  /** Up to here three parts of π/2 reduce an argument of sine without loss. */
  private static final float SIN_REDUCIBLE = 39_000f;

  private VectorMath() {}

  /** Returns e^x. Error below 1 ulp (below 1.5 ulp where the result is subnormal). */
  public static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E, HALVES_ROUNDER);
    FloatVector r = reduced(x, shifted.sub(HALVES_ROUNDER));
    IntVector exponents = shifted.reinterpretAsInts();
    IntVector half = exponents.lanewise(LSHR, 1);
    FloatVector first = half.lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector second = exponents.sub(half).lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector y = slope(r).fma(r.mul(first), first).mul(second);
    return y.blend(0f, x.compare(LT, EXP_ZERO_BELOW))
        .blend(Float.POSITIVE_INFINITY, x.compare(GT, EXP_INFINITE_ABOVE));
  }

  /**
   * Returns e^x for x up to 80, and exactly 0 for x below -87, so that no slow subnormal numbers
   * arise: what softmax needs of differences to a maximum. Error below 1 ulp. Beyond 80 the result
   * means nothing.
   */
  public static FloatVector expFlushed(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E, EXPONENT_ROUNDER);
    FloatVector r = reduced(x, shifted.sub(EXPONENT_ROUNDER));
    FloatVector power = shifted.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
    // (e^r - 1)·2^n + 2^n, rounded once.
    FloatVector y = slope(r).fma(r.mul(power), power);
    return y.blend(0f, x.compare(LT, EXP_NORMAL_FROM));
  }

  /** Returns e^x - 1. Error below 1.5 ulp. */
  public static FloatVector expm1(FloatVector x) {
    // 2^(n-1) is always normal in this range, and e^x - 1 = 2·(2^(n-1)·expm1(r) + (2^(n-1) - 1/2)).
    VectorMask<Float> flat = x.compare(LT, -20f);
    FloatVector inside = x.blend(-20f, flat);
    FloatVector shifted = inside.fma(LOG2_E, ROUNDER);
    FloatVector reduced = expm1Reduced(inside, shifted.sub(ROUNDER));
    FloatVector half = powerOfTwo(shifted.reinterpretAsInts().sub(ROUNDER_BITS + 1));
    FloatVector y = reduced.fma(half, half.sub(0.5f)).mul(2f);
    VectorMask<Float> tiny = x.abs().compare(LT, 0x1p-24f);
    return y.blend(-1f, flat)
        .blend(Float.POSITIVE_INFINITY, x.compare(GT, EXP_INFINITE_ABOVE))
        .blend(x, tiny);
  }

  /** Returns (e^r - 1) / r for r within ±ln(2)/2, by a minimax polynomial. */
  static FloatVector slope(FloatVector r) {
    FloatVector p = r.fma(0x1.6a23cep-10f, 0x1.123a2p-7f);
    p = p.fma(r, r.broadcast(0x1.5558f2p-5f));
    p = p.fma(r, r.broadcast(0x1.555492p-3f));
    p = p.fma(r, r.broadcast(0x1.fffffcp-2f));
    return p.fma(r, r.broadcast(1f));
  }

  /** Returns e^r - 1 where r = x - n·ln 2 lies within ±ln(2)/2, by a minimax polynomial. */
  private static FloatVector expm1Reduced(FloatVector x, FloatVector n) {
    FloatVector r = reduced(x, n);
    FloatVector p = r.fma(0x1.9e7cf8p-13f, 0x1.6d3a84p-10f);
    p = p.fma(r, r.broadcast(0x1.1112d4p-7f));
    p = p.fma(r, r.broadcast(0x1.5554f8p-5f));
    p = p.fma(r, r.broadcast(0x1.555554p-3f));
    p = p.fma(r, r.broadcast(0.5f));
    return r.mul(r).fma(p, r);
  }

  /** Returns x - n·ln 2, with ln 2 in two parts. */
  static FloatVector reduced(FloatVector x, FloatVector n) {
    return n.fma(n.broadcast(-LN2_LOW), n.fma(n.broadcast(-LN2), x));
  }

  private static FloatVector powerOfTwo(IntVector n) {
    return n.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
  }

  /** Returns log x: -infinity for 0, NaN below. Error below 1 ulp. */
  public static FloatVector log(FloatVector x) {
    VectorMask<Float> subnormal = x.compare(LT, Float.MIN_NORMAL);
    FloatVector normal = x.mul(x.broadcast(1f).blend(0x1p23f, subnormal));
    FloatVector y = logNormal(normal, x.broadcast(0f).blend(-23f, subnormal));
    VectorMask<Float> undefined = x.compare(LT, 0f).or(x.compare(NE, x));
    return y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f))
        .blend(Float.POSITIVE_INFINITY, x.compare(EQ, Float.POSITIVE_INFINITY))
        .blend(Float.NaN, undefined);
  }

  /** Returns log(x) + exponent·ln 2 for positive normal x. */
  private static FloatVector logNormal(FloatVector x, FloatVector exponent) {
    // x = m·2^e with m in [2/3, 4/3); the exponent's bits taken as a number are e·2^23.
    IntVector bits = x.reinterpretAsInts();
    IntVector exponentBits = bits.sub(0x3F2AAAAB).lanewise(AND, 0xFF800000);
    FloatVector e =
        ((FloatVector) exponentBits.convert(I2F, 0)).fma(x.broadcast(0x1p-23f), exponent);
    FloatVector f = bits.sub(exponentBits).reinterpretAsFloats().sub(1f);
    FloatVector p = f.fma(-0x1.07e5f4p-3f, 0x1.1e73ap-3f);
    p = p.fma(f, f.broadcast(-0x1.f32078p-4f));
    p = p.fma(f, f.broadcast(0x1.1ed424p-3f));
    p = p.fma(f, f.broadcast(-0x1.559d36p-3f));
    p = p.fma(f, f.broadcast(0x1.99d05ep-3f));
    p = p.fma(f, f.broadcast(-0x1.fffef4p-3f));
    p = p.fma(f, f.broadcast(0x1.555506p-2f));
    p = p.fma(f, f.broadcast(-0.5f));
    FloatVector log1p = f.mul(f).fma(p, f);
    return e.fma(e.broadcast(LN2), log1p);
  }

  /** Returns log(1 + x), exact near 0: -infinity for -1, NaN below. Error below 2 ulp. */
  public static FloatVector log1p(FloatVector x) {
    FloatVector sum = x.add(1f);
    // What rounding 1 + x lost, to first order.
    FloatVector correction = x.sub(sum.sub(1f)).div(sum);
    FloatVector y = logNormal(sum, x.broadcast(0f)).add(correction);
    VectorMask<Float> itself =
        x.abs().compare(LT, 0x1p-24f).or(x.compare(EQ, Float.POSITIVE_INFINITY));
    return y.blend(x, itself)
        .blend(Float.NEGATIVE_INFINITY, x.compare(EQ, -1f))
        .blend(Float.NaN, x.compare(LT, -1f));
  }

  /** Returns the hyperbolic tangent. Error below 2.5 ulp. */
  public static FloatVector tanh(FloatVector x) {
    FloatVector size = x.abs();
    // tanh x = E / (E + 2) with E = e^2x - 1, exact near 0; from 10 on the result rounds to 1.
    FloatVector twice = size.add(size).blend(20f, size.compare(GT, 10f));
    FloatVector shifted = twice.fma(LOG2_E, ROUNDER);
    FloatVector reduced = expm1Reduced(twice, shifted.sub(ROUNDER));
    FloatVector power = powerOfTwo(shifted.reinterpretAsInts().sub(ROUNDER_BITS));
    FloatVector expm1 = reduced.fma(power, power.sub(1f));
    return withSignOf(x, expm1.div(expm1.add(2f)));
  }

  /** Returns 1 / (1 + e^-x), and exactly 0 for x below -87. Error below 2.5 ulp. */
  public static FloatVector sigmoid(FloatVector x) {
    FloatVector e = expFlushed(x.reinterpretAsInts().lanewise(OR, SIGN).reinterpretAsFloats());
    FloatVector numerator = e.broadcast(1f).blend(e, x.compare(LT, 0f));
    return numerator.div(e.add(1f));
  }

  static FloatVector withSignOf(FloatVector x, FloatVector size) {
    IntVector sign = x.reinterpretAsInts().lanewise(AND, SIGN);
    return size.reinterpretAsInts().lanewise(OR, sign).reinterpretAsFloats();
  }

  /** Returns the sine of radians. Error below 1.5 ulp. */
  public static FloatVector sin(FloatVector x) {
    return sineFrom(0, x, StrictMath::sin).blend(x, x.abs().compare(LT, 0x1p-13f));
  }

  /** Returns the cosine of radians. Error below 1.5 ulp. */
  public static FloatVector cos(FloatVector x) {
    return sineFrom(1, x, StrictMath::cos);
  }

  /** Returns the sine of x plus {@code quarters} quarter turns. */
  private static FloatVector sineFrom(int quarters, FloatVector x, DoubleUnaryOperator exact) {
    FloatVector shifted = x.fma(0x1.45f306p-1f, ROUNDER);
    FloatVector turns = shifted.sub(ROUNDER);
    // π/2 in three parts; fused, each step is exact but for its last rounding.
    FloatVector r = turns.fma(turns.broadcast(-0x1.921fb6p0f), x);
    r = turns.fma(turns.broadcast(0x1.777a5cp-25f), r);
    r = turns.fma(turns.broadcast(0x1.ee59dap-50f), r);
    FloatVector u = r.mul(r);
    FloatVector sine = sineReduced(r, u);
    FloatVector cosine = cosineReduced(u);
    IntVector quadrant = shifted.reinterpretAsInts().add(quarters);
    VectorMask<Float> odd = quadrant.lanewise(AND, 1).compare(EQ, 1).cast(x.species());
    IntVector sign = quadrant.lanewise(AND, 2).lanewise(LSHL, 30);
    IntVector bits = sine.blend(cosine, odd).reinterpretAsInts().lanewise(XOR, sign);
    FloatVector y = bits.reinterpretAsFloats();
    VectorMask<Float> reducible = x.abs().compare(LE, SIN_REDUCIBLE);
    return reducible.allTrue() ? y : laneByLane(x, exact).blend(y, reducible);
  }

  /** Returns the sine of r within ±π/4, given u = r². */
  private static FloatVector sineReduced(FloatVector r, FloatVector u) {
    FloatVector p = u.fma(0x1.7ccf16p-19f, -0x1.a05ba8p-13f);
    p = p.fma(u, u.broadcast(0x1.111176p-7f));
    p = p.fma(u, u.broadcast(-0x1.555556p-3f));
    return r.mul(u).fma(p, r);
  }

  /** Returns the cosine of r within ±π/4, given u = r². */
  private static FloatVector cosineReduced(FloatVector u) {
    FloatVector p = u.fma(-0x1.371c76p-22f, 0x1.a075d8p-16f);
    p = p.fma(u, u.broadcast(-0x1.6c1762p-10f));
    p = p.fma(u, u.broadcast(0x1.555556p-5f));
    p = p.fma(u, u.broadcast(-0.5f));
    return p.fma(u, u.broadcast(1f));
  }

  /** Returns the whole number nearest to x, of two the even one. Exact. */
  public static FloatVector round(FloatVector x) {
    // From 2^23 on there are no fractions; below, a sum with it has no room for them.
    FloatVector size = x.abs();
    FloatVector whole = size.add(0x1p23f).sub(0x1p23f);
    return withSignOf(x, size.blend(whole, size.compare(LT, 0x1p23f)));
  }

  /** Returns the greatest whole number not above x. Exact. */
  public static FloatVector floor(FloatVector x) {
    FloatVector whole = round(x);
    return whole.blend(whole.sub(1f), whole.compare(GT, x));
  }

  private static FloatVector laneByLane(FloatVector x, DoubleUnaryOperator function) {
    float[] lanes = x.toArray();
    for (int i = 0; i < lanes.length; i++) lanes[i] = (float) function.applyAsDouble(lanes[i]);
    return FloatVector.fromArray(x.species(), lanes, 0);
  }
}
