package dev.ashlar.tensor.simd.softmax;

import static dev.ashlar.tensor.DType.F32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.simd.blocks.FloatRows;
import dev.ashlar.tensor.spi.Operand;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

final class SoftmaxRowsTest {
  private static final int COUNT = 7_003;
  private static final double NONE = Double.NEGATIVE_INFINITY;
  private static final double ALL = Double.POSITIVE_INFINITY;

  @Test
  void logSumExpIsExactWhereverTheGreatestStands() {
    Random random = new Random(1);
    check(i -> random.nextGaussian());
    check(i -> 20 * random.nextGaussian());
    check(i -> 0.01 * i);
    check(i -> -0.01 * i);
    check(i -> i == 3_000 ? 90 : -i % 7);
    check(i -> i == 6_999 ? 1.5 : 0);
    check(i -> i < 5_000 ? NONE : -200 - i % 3);
    check(i -> i < 5_000 ? -200 : NONE);
    check(i -> i == 4_000 ? 3e38 : -3e38);
    check(_ -> -Float.MAX_VALUE);
  }

  @Test
  void logSumExpKeepsWhatIsNotFinite() {
    assertThat(logSumExp(_ -> NONE)).isEqualTo(NONE);
    for (int at : new int[] {0, 3_000, COUNT - 1}) {
      assertThat(logSumExp(i -> i == at ? ALL : i)).isEqualTo(ALL);
      assertThat(logSumExp(i -> i == at ? ALL : NONE)).isEqualTo(ALL);
      assertThat(logSumExp(i -> i == at ? Double.NaN : i)).isNaN();
      assertThat(logSumExp(i -> i == at ? Double.NaN : NONE)).isNaN();
      assertThat(logSumExp(i -> i == at ? Double.NaN : ALL)).isNaN();
    }
  }

  private static void check(IntToDoubleFunction element) {
    double[] x = new double[COUNT];
    double max = NONE;
    for (int i = 0; i < COUNT; i++) {
      x[i] = (float) element.applyAsDouble(i);
      max = Math.max(max, x[i]);
    }
    double sum = 0;
    for (double each : x) sum += Math.exp(each - max);
    double exact = max + Math.log(sum);
    assertThat(logSumExp(i -> x[i])).isCloseTo(exact, within(2e-7 + 1e-7 * Math.abs(exact)));
  }

  private static double logSumExp(IntToDoubleFunction element) {
    Operand x = Operands.empty(F32, 1, COUNT);
    for (int i = 0; i < COUNT; i++) x.setDouble(i, element.applyAsDouble(i));
    FloatRows rows = FloatRows.of(x);
    FloatRows.Cursor row = rows.cursor(0);
    row.load(0, Float.NEGATIVE_INFINITY);
    return SoftmaxRows.logSumExp(row, rows.padded());
  }
}
