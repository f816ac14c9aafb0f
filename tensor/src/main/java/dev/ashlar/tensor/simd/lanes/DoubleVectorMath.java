package dev.ashlar.tensor.simd.lanes;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/**
 * What {@link VectorMath} is for floats, in double precision. Polynomials are Taylor's, so long
 * that the next term is below a quarter of a unit in the last place.
 */
public final class DoubleVectorMath {
  // Adding this to a double below 2^51 rounds it to a whole number, which then stands in the lowest
  // bits.
  private static final double ROUNDER = 0x1.8p52;

  // With this one the lowest bits are n + 2046: see VectorMath.
  private static final double HALVES_ROUNDER = ROUNDER + 2046;

  private static final long SIGN = Long.MIN_VALUE;

  private static final double LOG2_E = 0x1.71547652b82fep0;
  private static final double LN2 = 0x1.62e42fefa39efp-1;
  private static final double LN2_LOW = 0x1.abc9e3b39803fp-56;

  private static final long SQRT_HALF_BITS = 0x3FE6A09E667F3BCDL;

  /** Above this e^x rounds to infinity. */
  private static final double EXP_INFINITE_ABOVE = 709.782712893384;

  /** Up to here three parts of π/2 reduce an argument of sine without loss. */
  private static final double SIN_REDUCIBLE = 0x1p20;

  private DoubleVectorMath() {}

  /** Returns e^x. Error below 1 ulp (below 1.5 ulp where the result is subnormal). */
  public static DoubleVector exp(DoubleVector x) {
    DoubleVector shifted = x.fma(LOG2_E, HALVES_ROUNDER);
    DoubleVector y = expm1Reduced(reduced(x, shifted.sub(HALVES_ROUNDER))).add(1.0);
    LongVector exponents = shifted.reinterpretAsLongs();
    LongVector half = exponents.lanewise(LSHR, 1);
    y = y.mul(half.lanewise(LSHL, 52).reinterpretAsDoubles());
    y = y.mul(exponents.sub(half).lanewise(LSHL, 52).reinterpretAsDoubles());
    return y.blend(0.0, x.compare(LT, -745.1332191019412))
        .blend(Double.POSITIVE_INFINITY, x.compare(GT, EXP_INFINITE_ABOVE));
  }

  /** Returns e^(x + low), where low is below 2^-40. Error as that of {@link #exp(DoubleVector)}. */
  public static DoubleVector exp(DoubleVector x, DoubleVector low) {
    DoubleVector shifted = x.fma(LOG2_E, HALVES_ROUNDER);
    DoubleVector n = shifted.sub(HALVES_ROUNDER);
    DoubleVector r = n.fma(n.broadcast(-LN2), x).add(n.fma(n.broadcast(-LN2_LOW), low));
    DoubleVector y = expm1Reduced(r).add(1.0);
    LongVector exponents = shifted.reinterpretAsLongs();
    LongVector half = exponents.lanewise(LSHR, 1);
    y = y.mul(half.lanewise(LSHL, 52).reinterpretAsDoubles());
    y = y.mul(exponents.sub(half).lanewise(LSHL, 52).reinterpretAsDoubles());
    return y.blend(0.0, x.compare(LT, -745.1332191019412))
        .blend(Double.POSITIVE_INFINITY, x.compare(GT, EXP_INFINITE_ABOVE));
  }

  /** Returns e^x - 1. Error below 1.5 ulp. */
  public static DoubleVector expm1(DoubleVector x) {
    // As with floats: e^x - 1 = 2·(2^(n-1)·expm1(r) + (2^(n-1) - 1/2)).
    VectorMask<Double> flat = x.compare(LT, -40.0);
    DoubleVector inside = x.blend(-40.0, flat);
    DoubleVector shifted = inside.fma(LOG2_E, ROUNDER);
    DoubleVector r = reduced(inside, shifted.sub(ROUNDER));
    DoubleVector half = powerOfTwo(shifted.sub(1.0));
    DoubleVector y = expm1Reduced(r).fma(half, half.sub(0.5)).mul(2.0);
    VectorMask<Double> tiny = x.abs().compare(LT, 0x1p-54);
    return y.blend(-1.0, flat)
        .blend(Double.POSITIVE_INFINITY, x.compare(GT, EXP_INFINITE_ABOVE))
        .blend(x, tiny);
  }

  /** Returns e^r - 1 for r within ±ln(2)/2. */
  private static DoubleVector expm1Reduced(DoubleVector r) {
    DoubleVector p = r.fma(1.0 / 6227020800.0, 1.0 / 479001600.0);
    p = p.fma(r, r.broadcast(1.0 / 39916800.0));
    p = p.fma(r, r.broadcast(1.0 / 3628800.0));
    p = p.fma(r, r.broadcast(1.0 / 362880.0));
    p = p.fma(r, r.broadcast(1.0 / 40320.0));
    p = p.fma(r, r.broadcast(1.0 / 5040.0));
    p = p.fma(r, r.broadcast(1.0 / 720.0));
    p = p.fma(r, r.broadcast(1.0 / 120.0));
    p = p.fma(r, r.broadcast(1.0 / 24.0));
    p = p.fma(r, r.broadcast(1.0 / 6.0));
    p = p.fma(r, r.broadcast(0.5));
    return r.mul(r).fma(p, r);
  }

  /** Returns x - n·ln 2, with ln 2 in two parts. */
  private static DoubleVector reduced(DoubleVector x, DoubleVector n) {
    return n.fma(n.broadcast(-LN2_LOW), n.fma(n.broadcast(-LN2), x));
  }

  /** Returns 2^n, given n + {@link #ROUNDER}. */
  private static DoubleVector powerOfTwo(DoubleVector shifted) {
    return shifted.reinterpretAsLongs().add(1023).lanewise(LSHL, 52).reinterpretAsDoubles();
  }

  /** Returns log x: -infinity for 0, NaN below. Error below 1 ulp. */
  public static DoubleVector log(DoubleVector x) {
    VectorMask<Double> subnormal = x.compare(LT, Double.MIN_NORMAL);
    DoubleVector normal = x.mul(x.broadcast(1.0).blend(0x1p52, subnormal));
    DoubleVector y = logNormal(normal, x.broadcast(0.0).blend(-52.0, subnormal));
    VectorMask<Double> undefined = x.compare(LT, 0.0).or(x.compare(NE, x));
    return y.blend(Double.NEGATIVE_INFINITY, x.compare(EQ, 0.0))
        .blend(Double.POSITIVE_INFINITY, x.compare(EQ, Double.POSITIVE_INFINITY))
        .blend(Double.NaN, undefined);
  }

  /** Returns log(x) + exponent·ln 2 for positive normal x. */
  private static DoubleVector logNormal(DoubleVector x, DoubleVector exponent) {
    // x = m·2^e, and log m = 2 artanh s with s = f / (2 + f), f = m - 1.
    LongVector bits = x.reinterpretAsLongs();
    LongVector whole = exponents(bits);
    DoubleVector e = number(whole).add(exponent);
    DoubleVector f = bits.sub(whole.lanewise(LSHL, 52)).reinterpretAsDoubles().sub(1.0);
    DoubleVector s = f.div(f.add(2.0));
    DoubleVector z = s.mul(s);
    DoubleVector p = z.fma(2.0 / 21.0, 2.0 / 19.0);
    p = p.fma(z, z.broadcast(2.0 / 17.0));
    p = p.fma(z, z.broadcast(2.0 / 15.0));
    p = p.fma(z, z.broadcast(2.0 / 13.0));
    p = p.fma(z, z.broadcast(2.0 / 11.0));
    p = p.fma(z, z.broadcast(2.0 / 9.0));
    p = p.fma(z, z.broadcast(2.0 / 7.0));
    p = p.fma(z, z.broadcast(2.0 / 5.0));
    p = p.fma(z, z.broadcast(2.0 / 3.0)).mul(z);
    // 2 artanh s = f - (f²/2 - s·(f²/2 + p)): f is exact, and all else small beside it.
    DoubleVector half = f.mul(f).mul(0.5);
    DoubleVector rest = s.fma(half.add(p), e.mul(LN2_LOW));
    return e.fma(e.broadcast(LN2), f.sub(half.sub(rest)));
  }

  /** Returns e of x = m·2^e with m in [√1/2, √2), given the bits of positive normal x. */
  public static LongVector exponents(LongVector bits) {
    return bits.sub(SQRT_HALF_BITS).lanewise(ASHR, 52);
  }

  /** Returns whole numbers below 2^51 as doubles. */
  public static DoubleVector number(LongVector n) {
    long rounder = Double.doubleToRawLongBits(ROUNDER);
    return n.add(rounder).reinterpretAsDoubles().sub(ROUNDER);
  }

  /** Returns log(1 + x), exact near 0: -infinity for -1, NaN below. Error below 2 ulp. */
  public static DoubleVector log1p(DoubleVector x) {
    DoubleVector sum = x.add(1.0);
    // What rounding 1 + x lost, to first order.
    DoubleVector correction = x.sub(sum.sub(1.0)).div(sum);
    DoubleVector y = logNormal(sum, x.broadcast(0.0)).add(correction);
    VectorMask<Double> itself =
        x.abs().compare(LT, 0x1p-54).or(x.compare(EQ, Double.POSITIVE_INFINITY));
    return y.blend(x, itself)
        .blend(Double.NEGATIVE_INFINITY, x.compare(EQ, -1.0))
        .blend(Double.NaN, x.compare(LT, -1.0).or(x.compare(NE, x)));
  }

  /** Returns the hyperbolic tangent. Error below 2.5 ulp. */
  public static DoubleVector tanh(DoubleVector x) {
    DoubleVector size = x.abs();
    LongVector sign = x.reinterpretAsLongs().lanewise(AND, SIGN);
    // tanh x = E / (E + 2) with E = e^2x - 1, exact near 0; from 20 on the result rounds to 1.
    DoubleVector expm1 = expm1(size.add(size).blend(40.0, size.compare(GT, 20.0)));
    // By the Vector API alone: C2 has stopped taking in other methods by now.
    return expm1.div(expm1.add(2.0)).reinterpretAsLongs().lanewise(OR, sign).reinterpretAsDoubles();
  }

  private static DoubleVector withSignOf(DoubleVector x, DoubleVector size) {
    LongVector sign = x.reinterpretAsLongs().lanewise(AND, SIGN);
    return size.reinterpretAsLongs().lanewise(OR, sign).reinterpretAsDoubles();
  }

  /** Returns 1 / (1 + e^-x). Error below 2.5 ulp. */
  public static DoubleVector sigmoid(DoubleVector x) {
    DoubleVector e = exp(x.abs().neg());
    DoubleVector numerator = e.broadcast(1.0).blend(e, x.compare(LT, 0.0));
    return numerator.div(e.add(1.0));
  }

  /** Returns the sine of radians. Error below 1.5 ulp. */
  public static DoubleVector sin(DoubleVector x) {
    return sineFrom(0, x, StrictMath::sin).blend(x, x.abs().compare(LT, 0x1p-27));
  }

  /** Returns the cosine of radians. Error below 1.5 ulp. */
  public static DoubleVector cos(DoubleVector x) {
    return sineFrom(1, x, StrictMath::cos);
  }

  /** Returns the sine of x plus {@code quarters} quarter turns. */
  private static DoubleVector sineFrom(int quarters, DoubleVector x, DoubleUnaryOperator exact) {
    DoubleVector shifted = x.fma(0x1.45f306dc9c883p-1, ROUNDER);
    DoubleVector turns = shifted.sub(ROUNDER);
    // π/2 in three parts; fused, each step is exact but for its last rounding.
    DoubleVector r = turns.fma(turns.broadcast(-0x1.921fb54442d18p0), x);
    r = turns.fma(turns.broadcast(-0x1.1a62633145c07p-54), r);
    r = turns.fma(turns.broadcast(0x1.f1976b7ed8fbcp-110), r);
    DoubleVector u = r.mul(r);
    LongVector quadrant = shifted.reinterpretAsLongs().add(quarters);
    VectorMask<Double> odd = quadrant.lanewise(AND, 1).compare(EQ, 1).cast(x.species());
    LongVector sign = quadrant.lanewise(AND, 2).lanewise(LSHL, 62);
    LongVector bits = sineReduced(r, u).blend(cosineReduced(u), odd).reinterpretAsLongs();
    DoubleVector y = bits.lanewise(XOR, sign).reinterpretAsDoubles();
    VectorMask<Double> reducible = x.abs().compare(LE, SIN_REDUCIBLE);
    return reducible.allTrue() ? y : laneByLane(x, exact).blend(y, reducible);
  }

  /** Returns the sine of r within ±π/4, given u = r². */
  private static DoubleVector sineReduced(DoubleVector r, DoubleVector u) {
    DoubleVector p = u.fma(1.0 / 355687428096000.0, -1.0 / 1307674368000.0);
    p = p.fma(u, u.broadcast(1.0 / 6227020800.0));
    p = p.fma(u, u.broadcast(-1.0 / 39916800.0));
    p = p.fma(u, u.broadcast(1.0 / 362880.0));
    p = p.fma(u, u.broadcast(-1.0 / 5040.0));
    p = p.fma(u, u.broadcast(1.0 / 120.0));
    p = p.fma(u, u.broadcast(-1.0 / 6.0));
    return r.mul(u).fma(p, r);
  }

  /** Returns the cosine of r within ±π/4, given u = r². */
  private static DoubleVector cosineReduced(DoubleVector u) {
    DoubleVector p = u.fma(1.0 / 20922789888000.0, -1.0 / 87178291200.0);
    p = p.fma(u, u.broadcast(1.0 / 479001600.0));
    p = p.fma(u, u.broadcast(-1.0 / 3628800.0));
    p = p.fma(u, u.broadcast(1.0 / 40320.0));
    p = p.fma(u, u.broadcast(-1.0 / 720.0));
    p = p.fma(u, u.broadcast(1.0 / 24.0));
    p = p.fma(u, u.broadcast(-0.5));
    return p.fma(u, u.broadcast(1.0));
  }

  /** Returns the whole number nearest to x, of two the even one. Exact. */
  public static DoubleVector round(DoubleVector x) {
    DoubleVector size = x.abs();
    DoubleVector whole = size.add(0x1p52).sub(0x1p52);
    return withSignOf(x, size.blend(whole, size.compare(LT, 0x1p52)));
  }

  /** Returns the greatest whole number not above x. Exact. */
  public static DoubleVector floor(DoubleVector x) {
    DoubleVector whole = round(x);
    return whole.blend(whole.sub(1.0), whole.compare(GT, x));
  }

  /** Returns the lesser number; NaN stays. */
  public static DoubleVector upTo(double bound, DoubleVector x) {
    return x.blend(bound, x.compare(GT, bound));
  }

  private static DoubleVector laneByLane(DoubleVector x, DoubleUnaryOperator function) {
    double[] lanes = x.toArray();
    for (int i = 0; i < lanes.length; i++) lanes[i] = function.applyAsDouble(lanes[i]);
    return DoubleVector.fromArray(x.species(), lanes, 0);
  }
}
