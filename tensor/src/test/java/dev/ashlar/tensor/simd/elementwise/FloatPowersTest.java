package dev.ashlar.tensor.simd.elementwise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class FloatPowersTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;
  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    0.5f,
    -0.5f,
    2f,
    -2f,
    3f,
    -3f,
    2.5f,
    1e-40f,
    -1e-40f,
    1e30f,
    -1e30f,
    Math.nextUp(1f),
    -Math.nextDown(1f),
    0x1p23f,
    0x1p23f + 1,
    0x1p24f,
    0x1p24f - 1,
    0x1p31f,
    -0x1p24f + 1,
    Float.MAX_VALUE,
    -Float.MIN_VALUE,
    INFINITY,
    -INFINITY,
    Float.NaN
  };

  @Test
  void ofSpecialValuesAreWhatJavaSays() {
    float[] bases = new float[SPECIAL.length * SPECIAL.length];
    float[] exponents = new float[bases.length];
    for (int i = 0; i < bases.length; i++) {
      bases[i] = SPECIAL[i / SPECIAL.length];
      exponents[i] = SPECIAL[i % SPECIAL.length];
    }
    check(bases, exponents);
  }

  @Test
  void areRoundedLikeDoublesAreToFloats() {
    var random = new Random(7);
    float[] bases = new float[100_000];
    float[] exponents = new float[bases.length];
    for (int i = 0; i < bases.length; i++) {
      bases[i] = Float.intBitsToFloat(random.nextInt());
      exponents[i] = i % 2 == 0 ? random.nextInt(-9, 10) : (float) random.nextGaussian();
    }
    check(bases, exponents);
  }

  private static void check(float[] bases, float[] exponents) {
    try (var _ = TensorScope.open()) {
      float[] powers = Tensor.of(bases).pow(Tensor.of(exponents)).toFloats();
      for (int i = 0; i < powers.length; i++) {
        double exact = StrictMath.pow(bases[i], exponents[i]);
        float nearest = (float) exact;
        if (Float.compare(powers[i], nearest) == 0) continue;
        assertThat(Math.abs(powers[i] - exact))
            .as("%s^%s = %s, not %s", bases[i], exponents[i], powers[i], nearest)
            .isLessThan(0.501 * Math.ulp(nearest));
      }
    }
  }
}
