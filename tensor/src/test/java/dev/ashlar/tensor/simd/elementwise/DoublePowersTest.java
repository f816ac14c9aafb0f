package dev.ashlar.tensor.simd.elementwise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class DoublePowersTest {
  private static final MathContext DIGITS = new MathContext(60);
  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final double[] SPECIAL = {
    0.0,
    -0.0,
    1,
    -1,
    0.5,
    -0.5,
    2,
    -2,
    3,
    -3,
    2.5,
    1e-310,
    -1e-310,
    1e300,
    -1e300,
    Math.nextUp(1.0),
    -Math.nextDown(1.0),
    1074,
    -1022,
    0x1p52,
    0x1p52 + 1,
    0x1p53,
    0x1p53 - 1,
    0x1p63,
    -0x1p53 + 1,
    Double.MAX_VALUE,
    Double.MIN_NORMAL,
    -Double.MIN_VALUE,
    INFINITY,
    -INFINITY,
    Double.NaN
  };

  @Test
  void ofSpecialValuesAreWhatJavaSays() {
    double[] bases = new double[SPECIAL.length * SPECIAL.length];
    double[] exponents = new double[bases.length];
    for (int i = 0; i < bases.length; i++) {
      bases[i] = SPECIAL[i / SPECIAL.length];
      exponents[i] = SPECIAL[i % SPECIAL.length];
    }
    double[] powers = powers(bases, exponents);
    for (int i = 0; i < powers.length; i++) check(bases[i], exponents[i], powers[i]);
  }

  @Test
  void ofAnyNumbersAreWhatJavaSays() {
    var random = new Random(7);
    double[] bases = new double[100_000];
    double[] exponents = new double[bases.length];
    for (int i = 0; i < bases.length; i++) {
      bases[i] = Double.longBitsToDouble(random.nextLong());
      exponents[i] = i % 2 == 0 ? random.nextInt(-9, 10) : random.nextGaussian();
    }
    double[] powers = powers(bases, exponents);
    for (int i = 0; i < powers.length; i++) check(bases[i], exponents[i], powers[i]);
  }

  /** Java's own are wrong by less than an ulp. */
  private static void check(double base, double exponent, double power) {
    double java = StrictMath.pow(base, exponent);
    if (Double.compare(power, java) == 0) return;
    assertThat(Math.abs(power - java))
        .as("%s^%s = %s, not %s", base, exponent, power, java)
        .isLessThanOrEqualTo(2 * Math.ulp(java));
  }

  /** Numbers near 1 to great powers: where a logarithm's last places count most. */
  @Test
  void areWithinAnUlp() {
    var random = new Random(8);
    double[] bases = new double[2000];
    double[] exponents = new double[bases.length];
    for (int i = 0; i < bases.length; i++) {
      int exponent = 1 << random.nextInt(1, 15);
      bases[i] = StrictMath.exp(random.nextDouble(-744, 709) / exponent);
      exponents[i] = exponent + random.nextInt(exponent);
      double log = StrictMath.log(bases[i]) * exponents[i];
      if (log < -744 || log > 709) exponents[i] = exponent;
    }
    double[] powers = powers(bases, exponents);
    for (int i = 0; i < powers.length; i++) {
      BigDecimal exact = new BigDecimal(bases[i]).pow((int) exponents[i], DIGITS);
      BigDecimal error = new BigDecimal(powers[i]).subtract(exact).abs();
      assertThat(error.doubleValue() / Math.ulp(exact.doubleValue()))
          .as("%s^%s = %s", bases[i], exponents[i], powers[i])
          .isLessThan(powers[i] < Double.MIN_NORMAL ? 1.5 : 1);
    }
  }

  @Test
  void ofSmallWholeNumbersAreExact() {
    double[] bases = new double[1000];
    double[] exponents = new double[bases.length];
    for (int i = 0; i < bases.length; i++) {
      bases[i] = i / 5 + 1;
      exponents[i] = i % 5 + 1;
    }
    double[] powers = powers(bases, exponents);
    for (int i = 0; i < powers.length; i++) {
      long exact = 1;
      for (int k = 0; k < exponents[i]; k++) exact *= (long) bases[i];
      assertThat(powers[i]).as("%s^%s", bases[i], exponents[i]).isEqualTo(exact);
    }
  }

  private static double[] powers(double[] bases, double[] exponents) {
    try (var _ = TensorScope.open()) {
      return Tensor.of(bases).pow(Tensor.of(exponents)).toDoubles();
    }
  }
}
