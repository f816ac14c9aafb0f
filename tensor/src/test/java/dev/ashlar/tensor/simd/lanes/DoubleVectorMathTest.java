package dev.ashlar.tensor.simd.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class DoubleVectorMathTest {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final double ALL = Double.POSITIVE_INFINITY;
  private static final double[] SPECIAL = {
    0,
    -0.0,
    1,
    -1,
    Math.nextUp(1.0),
    Math.nextDown(1.0),
    -0.5,
    Math.sqrt(0.5),
    20,
    -20,
    -40,
    Math.PI,
    Math.PI / 2,
    -Math.PI / 4,
    709.782712893384,
    709.8,
    -745.1332191019412,
    -746,
    0x1p20,
    0x1.8p20,
    1e300,
    -1e300,
    1e-300,
    -1e-300,
    0x1p-54,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MIN_NORMAL,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN
  };

  /**
   * A function of vectors, what it should be, how far it may be off over arguments from..to, and
   * how far what it is held to may be.
   */
  record Function(
      String name,
      UnaryOperator<DoubleVector> fast,
      DoubleUnaryOperator exact,
      double ulps,
      double from,
      double to,
      double exactUlps) {
    Function(
        String name, UnaryOperator<DoubleVector> fast, DoubleUnaryOperator exact, double ulps) {
      this(name, fast, exact, ulps, -ALL, ALL, 1);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Function> functions() {
    return Stream.of(
        new Function("exp", DoubleVectorMath::exp, StrictMath::exp, 1, -708, ALL, 1),
        new Function("exp, subnormal", DoubleVectorMath::exp, StrictMath::exp, 1.5, -ALL, -708, 1),
        new Function("expm1", DoubleVectorMath::expm1, StrictMath::expm1, 1.5),
        new Function("log", DoubleVectorMath::log, StrictMath::log, 1),
        new Function("log1p", DoubleVectorMath::log1p, StrictMath::log1p, 2),
        new Function("tanh", DoubleVectorMath::tanh, StrictMath::tanh, 2.5),
        new Function(
            "sigmoid",
            DoubleVectorMath::sigmoid,
            x -> (x < 0 ? StrictMath.exp(x) : 1) / (1 + StrictMath.exp(-Math.abs(x))),
            2.5,
            -708,
            ALL,
            2),
        new Function("sin", DoubleVectorMath::sin, StrictMath::sin, 1.5),
        new Function("cos", DoubleVectorMath::cos, StrictMath::cos, 1.5),
        exact("floor", DoubleVectorMath::floor, StrictMath::floor),
        exact("round", DoubleVectorMath::round, StrictMath::rint));
  }

  private static Function exact(
      String name, UnaryOperator<DoubleVector> fast, DoubleUnaryOperator exact) {
    return new Function(name, fast, exact, 0, -ALL, ALL, 0);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void staysWithinItsError(Function function) {
    var random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      check(function, Double.longBitsToDouble(random.nextLong())); // every exponent
      check(function, (i - 50_000) * 0.01417);
      check(function, (i - 50_000) * 2.1e-5);
      check(function, random.nextDouble());
    }
    for (double x : SPECIAL) check(function, x);
  }

  private static void check(Function function, double x) {
    if (x < function.from() || x > function.to()) return;
    double y = function.fast().apply(DoubleVector.broadcast(D, x)).lane(0);
    double exact = function.exact().applyAsDouble(x);
    boolean same = Double.compare(y, exact) == 0 || y == exact;
    double allowed = (function.ulps() + function.exactUlps()) * Math.ulp(exact);
    if (!same && !(Math.abs(y - exact) <= allowed)) {
      assertThat(y).as("%s(%s)", function, x).isEqualTo(exact);
    }
  }

  @Test
  void keepsTheSignOfZeroWhereTheFunctionDoes() {
    for (UnaryOperator<DoubleVector> odd :
        Stream.<UnaryOperator<DoubleVector>>of(
                DoubleVectorMath::sin,
                DoubleVectorMath::tanh,
                DoubleVectorMath::expm1,
                DoubleVectorMath::log1p,
                DoubleVectorMath::floor,
                DoubleVectorMath::round)
            .toList()) {
      assertThat(odd.apply(DoubleVector.broadcast(D, -0.0)).lane(0)).isEqualTo(-0.0);
    }
  }

  @Test
  void everyVectorLengthGivesTheSameBits() {
    for (Function function : functions().toList()) {
      for (double x : SPECIAL) {
        long wide = bits(function, DoubleVector.SPECIES_512, x);
        for (var species : Stream.of(DoubleVector.SPECIES_128, DoubleVector.SPECIES_256).toList()) {
          assertThat(bits(function, species, x)).as("%s(%s)", function, x).isEqualTo(wide);
        }
      }
    }
  }

  private static long bits(Function function, VectorSpecies<Double> species, double x) {
    return Double.doubleToLongBits(
        function.fast().apply(DoubleVector.broadcast(species, x)).lane(0));
  }
}
