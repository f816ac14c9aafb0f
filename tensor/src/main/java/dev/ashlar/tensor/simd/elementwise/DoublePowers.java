package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.store;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.lanes.DoubleVectorMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/**
 * x^y of doubles as e^(y log |x|), with error below 1 ulp (1.5 where the result is subnormal). y
 * log |x| has up to ten bits before the point, so the logarithm is made as a sum of two doubles,
 * the second of which has what the first lacks: 2^-65 of it are lost. Sums and products of such
 * pairs are Dekker's (1971) by fused multiply-adds. In four loops, since one would be more than C2
 * takes into a method.
 */
final class DoublePowers {
  private static final Loops.Map QUOTIENTS = DoublePowers::quotients;
  private static final Loops.Map LOGS = DoublePowers::logs;
  private static final Loops.Zip POWERS = DoublePowers::powers;
  private static final Loops.Zip SIGNS = DoublePowers::signs;

  /** Bytes from a line of what loops leave for the next to another. */
  private static final long LINE = (Blocks.SIZE + 24) * (long) Double.BYTES;

  // log 2 in two parts, the first of which has 41 bits: its product with an exponent is exact.
  private static final double LN2 = 0x1.62e42fefa3p-1;
  private static final double LN2_LOW = 0x1.3de6af278ece6p-42;

  private static final double TWO_THIRDS = 0x1.5555555555555p-1;
  private static final double TWO_THIRDS_LOW = 0x1.5555555555555p-55;

  /** Beyond this e^x is 0 or infinite, whatever is added to x. */
  private static final double MOST = 800;

  /** Numbers from here on are whole. */
  private static final double WHOLE = 0x1p52;

  private DoublePowers() {}

  /** Computes {@code count} powers: whole vectors. */
  static void compute(
      MemorySegment x, long xAt, MemorySegment y, long yAt, MemorySegment to, long at, int count) {
    MemorySegment lines = Scratch.own().line(0, (int) (3 * LINE / Float.BYTES));
    for (int i = 0; i < count; i += Blocks.SIZE) {
      long part = i * 8L;
      int some = Math.min(Blocks.SIZE, count - i);
      Apart.compute(QUOTIENTS, x, xAt + part, lines, 0, some);
      Apart.compute(LOGS, lines, 0, lines, 0, some);
      Apart.compute(POWERS, lines, 0, y, yAt + part, to, at + part, some);
      Apart.compute(SIGNS, x, xAt + part, y, yAt + part, to, at + part, some);
    }
  }

  /**
   * Stores s = (m - 1) / (m + 1), what its rounding lost, and e, where |x| = m·2^e with m in [√1/2,
   * √2). Where x is 0, infinite or NaN, e is what its logarithm is.
   */
  private static void quotients(MemorySegment x, long xAt, MemorySegment to, long at, int count) {
    MemorySegment lines = known(to);
    for (int i = 0; i < count; i += LANES) {
      DoubleVector size = load(x, xAt + i * 8L).abs();
      VectorMask<Double> subnormal = size.compare(LT, Double.MIN_NORMAL);
      LongVector bits = size.blend(size.mul(0x1p52), subnormal).reinterpretAsLongs();
      LongVector whole = DoubleVectorMath.exponents(bits);
      DoubleVector e = DoubleVectorMath.number(whole);
      DoubleVector m = bits.sub(whole.lanewise(LSHL, 52)).reinterpretAsDoubles();
      DoubleVector f = m.sub(1.0);
      DoubleVector sum = m.add(1.0);
      DoubleVector s = f.div(sum);
      DoubleVector rest = s.neg().fma(sum, f).sub(s.mul(m.sub(sum.sub(1.0))));
      e.blend(e.sub(52.0), subnormal)
          .blend(Double.NEGATIVE_INFINITY, size.compare(EQ, 0.0))
          .blend(size, size.compare(LE, Double.MAX_VALUE).not())
          .intoMemorySegment(lines, at + 2 * LINE + i * 8L, ORDER);
      s.intoMemorySegment(lines, at + i * 8L, ORDER);
      rest.div(sum).intoMemorySegment(lines, at + LINE + i * 8L, ORDER);
    }
  }

  /** Puts e log 2 + 2 artanh s in the place of s, and what its rounding lost behind it. */
  private static void logs(MemorySegment from, long xAt, MemorySegment to, long at, int count) {
    MemorySegment lines = known(to);
    for (int i = 0; i < count; i += LANES) {
      DoubleVector s = load(from, xAt + i * 8L);
      DoubleVector sLow = load(from, xAt + LINE + i * 8L);
      DoubleVector e = load(from, xAt + 2 * LINE + i * 8L);
      DoubleVector z = s.mul(s);
      DoubleVector zLow = s.fma(s, z.neg()).add(s.add(s).mul(sLow));
      // 2 artanh s = s·(2 + z·(2/3 + z·(2/5 + …))).
      DoubleVector p = z.fma(2.0 / 25.0, 2.0 / 23.0);
      p = p.fma(z, z.broadcast(2.0 / 21.0));
      p = p.fma(z, z.broadcast(2.0 / 19.0));
      p = p.fma(z, z.broadcast(2.0 / 17.0));
      p = p.fma(z, z.broadcast(2.0 / 15.0));
      p = p.fma(z, z.broadcast(2.0 / 13.0));
      p = p.fma(z, z.broadcast(2.0 / 11.0));
      p = p.fma(z, z.broadcast(2.0 / 9.0));
      p = p.fma(z, z.broadcast(2.0 / 7.0));
      p = p.fma(z, z.broadcast(2.0 / 5.0)).mul(z);
      DoubleVector c = p.add(TWO_THIRDS);
      DoubleVector cLow = p.sub(c.sub(TWO_THIRDS)).add(TWO_THIRDS_LOW);
      DoubleVector w = z.mul(c);
      DoubleVector wLow = z.fma(c, w.neg()).add(z.fma(cLow, zLow.mul(c)));
      DoubleVector u = w.add(2.0);
      DoubleVector uLow = w.sub(u.sub(2.0)).add(wLow);
      DoubleVector l = s.mul(u);
      DoubleVector lLow = s.fma(u, l.neg()).add(s.fma(uLow, sLow.mul(u)));
      DoubleVector k = e.mul(LN2);
      DoubleVector log = k.add(l);
      k.sub(log)
          .add(l)
          .add(e.fma(e.broadcast(LN2_LOW), lLow))
          .intoMemorySegment(lines, at + LINE + i * 8L, ORDER);
      log.intoMemorySegment(lines, at + i * 8L, ORDER);
    }
  }

  /** Stores |x|^y, given log |x| in two parts. */
  private static void powers(
      MemorySegment logs,
      long from,
      MemorySegment y,
      long yAt,
      MemorySegment to,
      long at,
      int count) {
    MemorySegment results = known(to);
    for (int i = 0; i < count; i += LANES) {
      DoubleVector log = load(logs, from + i * 8L);
      DoubleVector lacking = load(logs, from + LINE + i * 8L);
      DoubleVector exponent = load(y, yAt + i * 8L);
      DoubleVector product = exponent.mul(log);
      DoubleVector low = exponent.fma(log, product.neg()).add(exponent.mul(lacking));
      low = low.blend(0.0, product.abs().compare(LE, MOST).not());
      DoubleVectorMath.exp(product, low).intoMemorySegment(results, at + i * 8L, ORDER);
    }
  }

  /** Stores x^y, given |x|^y there. */
  private static void signs(
      MemorySegment x, long xAt, MemorySegment y, long yAt, MemorySegment to, long at, int count) {
    for (int i = 0; i < count; i += LANES) {
      DoubleVector size = load(to, at + i * 8L);
      store(signed(size, load(x, xAt + i * 8L), load(y, yAt + i * 8L)), to, at + i * 8L);
    }
  }

  /** Returns x^y, given |x|^y, as {@link FloatPowers} does. */
  private static DoubleVector signed(DoubleVector size, DoubleVector x, DoubleVector y) {
    VectorMask<Double> whole = isWhole(y);
    VectorMask<Double> odd = whole.andNot(isWhole(y.mul(0.5)));
    VectorMask<Double> minus = x.reinterpretAsLongs().compare(LT, 0).cast(D);
    VectorMask<Double> undefined =
        x.compare(LT, 0.0).and(x.compare(NE, Double.NEGATIVE_INFINITY)).andNot(whole);
    return size.blend(size.neg(), minus.and(odd))
        .blend(Double.NaN, undefined)
        .blend(1.0, y.compare(EQ, 0.0));
  }

  private static VectorMask<Double> isWhole(DoubleVector y) {
    DoubleVector size = y.abs();
    return size.add(WHOLE).sub(WHOLE).compare(EQ, size).or(size.compare(GE, WHOLE));
  }
}
