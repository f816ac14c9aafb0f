package dev.ashlar.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.math.BigDecimal;
import java.math.MathContext;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Holds the polynomials to Taylor's series by 70 digits, and far out to a continued fraction. */
final class ErrorFunctionTest {
  private static final MathContext DIGITS = new MathContext(70);
  private static final BigDecimal TWO = BigDecimal.TWO;
  private static final BigDecimal SQRT_PI =
      new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494459230781641")
          .sqrt(DIGITS);

  @Test
  void nearZeroIsTheSeries() {
    for (double x = 1 / 64.0; x <= 1; x += 1 / 64.0) {
      double exact = erf(new BigDecimal(x)).divide(new BigDecimal(x), DIGITS).doubleValue() - 1;
      assertThat(1 + ErrorFunction.near(x * x)).isCloseTo(1 + exact, percent(4e-16));
      float square = (float) (x * x);
      assertThat(1 + ErrorFunction.near(square)).isCloseTo((float) (1 + exact), percent(1.5e-7));
    }
  }

  @Test
  void tailIsWhatTheSeriesLeaves() {
    for (double t = 0; t <= 8; t += 1 / 16.0) {
      BigDecimal z = new BigDecimal(t).divide(TWO.sqrt(DIGITS), DIGITS);
      BigDecimal rest = BigDecimal.ONE.subtract(erf(z)).divide(TWO, DIGITS);
      double exact = rest.multiply(exp(z.multiply(z, DIGITS)), DIGITS).doubleValue();
      assertThat(tail(t)).as("t = %s", t).isCloseTo(exact, percent(6e-16));
      assertThat(tail((float) t)).isCloseTo((float) exact, percent(4e-7));
    }
  }

  @Test
  void tailIsTheContinuedFraction() {
    for (double t = 6; t <= 39; t += 0.5) {
      double fraction = t;
      for (int n = 200; n > 0; n--) fraction = t + n / fraction;
      double exact = 1 / (fraction * Math.sqrt(2 * Math.PI));
      assertThat(tail(t)).as("t = %s", t).isCloseTo(exact, percent(8e-16));
      if (t > 13) continue;
      assertThat(tail((float) t)).isCloseTo((float) exact, percent(4e-7));
    }
  }

  private static double tail(double t) {
    double v = 1 / (1 + ErrorFunction.RATE * t);
    return ErrorFunction.tail(2 * v - 1) * v;
  }

  private static double tail(float t) {
    float v = 1 / (1 + ErrorFunction.RATE_F * t);
    return ErrorFunction.tail(2 * v - 1) * v;
  }

  private static Percentage percent(double relative) {
    return withinPercentage(100 * relative);
  }

  /** 2/√π · Σ (-1)^n x^(2n+1) / (n! (2n+1)). */
  private static BigDecimal erf(BigDecimal x) {
    BigDecimal square = x.multiply(x, DIGITS);
    BigDecimal power = x;
    BigDecimal sum = x;
    for (int n = 1; n < 300; n++) {
      power = power.multiply(square, DIGITS).divide(BigDecimal.valueOf(-n), DIGITS);
      sum = sum.add(power.divide(BigDecimal.valueOf(2L * n + 1), DIGITS), DIGITS);
    }
    return sum.multiply(TWO, DIGITS).divide(SQRT_PI, DIGITS);
  }

  private static BigDecimal exp(BigDecimal x) {
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = term;
    for (int n = 1; n < 300; n++) {
      term = term.multiply(x, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    return sum;
  }
}
