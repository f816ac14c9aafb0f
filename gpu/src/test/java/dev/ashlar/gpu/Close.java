package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.ashlar.tensor.Tensor;
import java.util.List;

/** Says whether a device's numbers are the CPU's but for rounding. */
final class Close {
  private Close() {}

  /** Fails unless all differ by less than {@code relative} of the larger of 1 and the number. */
  static void assertClose(List<Tensor> actual, List<Tensor> expected, double relative) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).spec()).isEqualTo(expected.get(i).spec());
      double[] a = actual.get(i).toDoubles();
      double[] e = expected.get(i).toDoubles();
      for (int j = 0; j < a.length; j++) assertClose(a[j], e[j], relative, j);
    }
  }

  private static void assertClose(double actual, double expected, double relative, int at) {
    if (Double.isNaN(expected) || Double.isInfinite(expected)) {
      assertThat(Double.valueOf(actual)).as("element %d", at).isEqualTo(Double.valueOf(expected));
      return;
    }
    double tolerance = relative * Math.max(1, Math.abs(expected));
    assertThat(actual).as("element %d", at).isCloseTo(expected, offset(tolerance));
  }
}
