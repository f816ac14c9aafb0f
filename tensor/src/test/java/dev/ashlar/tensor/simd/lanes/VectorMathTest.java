package dev.ashlar.tensor.simd.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.spi.ErrorFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class VectorMathTest {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    0.5f,
    -0.5f,
    0.625f,
    10f,
    -10f,
    20f,
    -20f,
    -87f,
    88.72284f,
    88.722839f,
    89f,
    -103.9f,
    -104f,
    1e-30f,
    -1e-30f,
    1e10f,
    -1e10f,
    1e30f,
    -1e30f,
    39000f,
    39001f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  /**
   * A function of vectors, what it should be, and how far it may be off over arguments from..to.
   */
  record Function(
      String name,
      UnaryOperator<FloatVector> fast,
      DoubleUnaryOperator exact,
      double ulps,
      float from,
      float to) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Function> functions() {
    float all = Float.POSITIVE_INFINITY;
    return Stream.of(
        new Function("exp", VectorMath::exp, StrictMath::exp, 1, -87.3f, all),
        new Function("exp, subnormal", VectorMath::exp, StrictMath::exp, 1.5, -all, -87.3f),
        new Function(
            "exp, flushed",
            VectorMath::expFlushed,
            x -> x < -87 ? 0 : StrictMath.exp(x),
            1,
            -all,
            80f),
        new Function("expm1", VectorMath::expm1, StrictMath::expm1, 1.5, -all, all),
        new Function("log", VectorMath::log, StrictMath::log, 1, -all, all),
        new Function("log1p", VectorMath::log1p, StrictMath::log1p, 2, -all, all),
        new Function("tanh", VectorMath::tanh, StrictMath::tanh, 2.5, -all, all),
        new Function(
            "sigmoid",
            VectorMath::sigmoid,
            x -> x < -87 ? 0 : 1 / (1 + StrictMath.exp(-x)),
            2.5,
            -all,
            all),
        new Function(
            "silu",
            x -> GateMath.gate(x, GateMath.siluDecay(x)),
            VectorMathTest::silu,
            3,
            -all,
            all),
        new Function(
            "erf",
            x -> ErfMath.erf(x, ErfMath.farErf(x, ErfMath.erfDecay(x))),
            VectorMathTest::erf,
            1.5,
            -all,
            all),
        new Function(
            "gelu",
            x -> ErfMath.gelu(x, ErfMath.geluDecay(x)),
            VectorMathTest::gelu,
            4.5,
            -all,
            all),
        new Function(
            "geluTanh",
            x -> GateMath.gate(x, GateMath.geluTanhDecay(x)),
            VectorMathTest::geluTanh,
            3.5,
            -all,
            all),
        new Function("sin", VectorMath::sin, StrictMath::sin, 1.5, -all, all),
        new Function("cos", VectorMath::cos, StrictMath::cos, 1.5, -all, all),
        new Function("floor", VectorMath::floor, StrictMath::floor, 0x1p-9, -all, all),
        new Function("round", VectorMath::round, StrictMath::rint, 0x1p-9, -all, all));
  }

  private static double silu(double x) {
    return gated(x, x);
  }

  private static double erf(double x) {
    double size = Math.abs(x);
    if (size < 1) return x + x * ErrorFunction.near(x * x);
    double rest = 2 * StrictMath.exp(-size * size) * tail(Math.sqrt(2) * size);
    return size > 6 ? Math.signum(x) : Math.copySign(1 - rest, x);
  }

  private static double tail(double t) {
    double v = 1 / (1 + ErrorFunction.RATE * t);
    return ErrorFunction.tail(2 * v - 1) * v;
  }

  /** Returns x · Φ(x), and 0 where that is no normal number though x is. */
  private static double gelu(double x) {
    double t = Math.min(Math.abs(x), 20);
    double part = t * (StrictMath.exp(-t * t / 2) * tail(t));
    boolean flushed = t > 1 && part < Float.MIN_NORMAL;
    return Math.max(x, 0) - (flushed ? 0 : part);
  }

  private static double geluTanh(double x) {
    double tanh = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
    return gated(x, 2 * tanh);
  }

  /** Returns x · sigmoid(u), and 0 where that is no normal number though x is. */
  private static double gated(double x, double u) {
    if (u < -200) return 0;
    double y = x / (1 + StrictMath.exp(-u));
    return u < -80 && y > -Float.MIN_NORMAL ? 0 : y;
  }

  @ParameterizedTest
  @MethodSource("functions")
  void staysWithinItsErrorOverAllFloats(Function function) {
    var worst = new Worst(function);
    // Every 10007th bit pattern: all exponents, both signs, all NaNs' neighbourhoods.
    for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += 10007L) {
      worst.add(Float.intBitsToFloat((int) bits));
    }
    for (float x : SPECIAL) worst.add(x);
    for (int i = 0; i < 100_000; i++) worst.add((i - 50_000) * 2.1e-3f);
    worst.finish();
    assertThat(worst.ulps).as("at %s", worst.at).isLessThan(function.ulps());
  }

  /** Collects arguments into vectors and remembers where the function is off most. */
  private static final class Worst {
    private final Function function;
    private final float[] x = new float[S.length()];
    private final float[] y = new float[S.length()];
    private int count;
    private double ulps;
    private float at;

    Worst(Function function) {
      this.function = function;
    }

    void add(float argument) {
      if (argument < function.from() || argument > function.to()) return;
      x[count++] = argument;
      if (count == x.length) flush();
    }

    void finish() {
      if (count > 0) flush();
    }

    private void flush() {
      function.fast().apply(FloatVector.fromArray(S, x, 0)).intoArray(y, 0);
      for (int i = 0; i < count; i++) {
        double off = ulps(y[i], function.exact().applyAsDouble(x[i]));
        if (off > ulps) {
          ulps = off;
          at = x[i];
        }
      }
      count = 0;
    }
  }

  /** Returns how far {@code y} is from {@code exact}, in the spacing of floats there. */
  private static double ulps(float y, double exact) {
    float nearest = (float) exact;
    if (Float.isNaN(nearest) || Float.isInfinite(nearest) || nearest == 0) {
      boolean same = Float.compare(y, nearest) == 0 || y == nearest;
      return same || nearest == 0 && Math.abs(y) == Float.MIN_VALUE ? 0 : Double.POSITIVE_INFINITY;
    }
    return Math.abs(y - exact) / Math.ulp(nearest);
  }

  @Test
  void keepsTheSignOfZeroWhereTheFunctionDoes() {
    for (UnaryOperator<FloatVector> odd :
        Stream.<UnaryOperator<FloatVector>>of(
                VectorMath::sin,
                VectorMath::tanh,
                x -> ErfMath.erf(x, ErfMath.farErf(x, ErfMath.erfDecay(x))),
                VectorMath::expm1,
                VectorMath::log1p,
                VectorMath::floor,
                VectorMath::round)
            .toList()) {
      assertThat(odd.apply(FloatVector.broadcast(S, -0f)).lane(0)).isEqualTo(-0f);
    }
  }

  @Test
  void everyVectorLengthGivesTheSameBits() {
    for (Function function : functions().toList()) {
      for (float x : SPECIAL) {
        int wide = bits(function, FloatVector.SPECIES_512, x);
        assertThat(bits(function, FloatVector.SPECIES_64, x))
            .as("%s(%s)", function, x)
            .isEqualTo(wide);
        assertThat(bits(function, FloatVector.SPECIES_256, x))
            .as("%s(%s)", function, x)
            .isEqualTo(wide);
      }
    }
  }

  private static int bits(Function function, VectorSpecies<Float> species, float x) {
    return Float.floatToIntBits(function.fast().apply(FloatVector.broadcast(species, x)).lane(0));
  }
}
