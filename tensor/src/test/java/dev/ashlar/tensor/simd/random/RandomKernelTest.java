package dev.ashlar.tensor.simd.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class RandomKernelTest {
  private static final Key KEY = new Key(0x243F6A8885A308D3L, 0x13198A2E03707344L);

  @Test
  void drawsTheBitsOfTheKey() {
    var philox = new Philox();
    for (long first : new long[] {0, 5, (1L << 32) - 100, Long.MAX_VALUE - 200, -3}) {
      for (int step = 1; step <= 2; step++) {
        long[] bits = philox.bits(KEY, first, step);
        for (int i = 0; i < Philox.SIZE; i++) {
          assertThat(bits[i]).isEqualTo(KEY.bits(first + (long) i * step));
        }
      }
    }
  }

  @Test
  void uniformNumbersAreTheKeysToTheBit() {
    try (var _ = TensorScope.open()) {
      for (int size : new int[] {1, 511, 512, 20_001}) {
        float[] floats = Tensor.uniform(KEY, DType.F32, size).toFloats();
        double[] doubles = Tensor.uniform(KEY, DType.F64, size).toDoubles();
        for (int i = 0; i < size; i++) {
          assertThat(floats[i]).isEqualTo(KEY.uniformFloat(i));
          assertThat(doubles[i]).isEqualTo(KEY.uniform(i));
        }
      }
    }
  }

  @Test
  void normalNumbersAreTheKeysButForTheLastPlaces() {
    try (var _ = TensorScope.open()) {
      int size = 100_001;
      float[] floats = Tensor.normal(KEY, DType.F32, size).toFloats();
      double[] doubles = Tensor.normal(KEY, DType.F64, size).toDoubles();
      for (int i = 0; i < size; i++) {
        assertThat(doubles[i]).isCloseTo(KEY.normal(i), within(4e-15));
        assertThat(floats[i]).isEqualTo((float) doubles[i]);
      }
    }
  }

  @Test
  void theEndsOfTheUnitIntervalAreTaken() {
    var pairs = new BoxMuller();
    long[] bits = new long[Philox.SIZE];
    bits[0] = -1; // the greatest u: 1 - u = 2^-53
    bits[1] = 1L << 11; // the least but 0
    bits[2] = 1L << 63;
    double[] radii = new double[Philox.SIZE];
    pairs.radii(bits, radii);
    assertThat(radii[0]).isCloseTo(Math.sqrt(106 * Math.log(2)), within(1e-15));
    assertThat(radii[1]).isCloseTo(Math.sqrt(0x1p-52), within(1e-23));
    assertThat(radii[2]).isCloseTo(Math.sqrt(2 * Math.log(2)), within(3e-16));
    assertThat(radii[3]).isZero();

    double[] cosines = new double[Philox.SIZE];
    double[] sines = new double[Philox.SIZE];
    for (int i = 0; i < bits.length; i++) bits[i] = (long) i << 55; // 512 parts of a turn
    pairs.directions(bits, cosines, sines);
    for (int i = 0; i < cosines.length; i++) {
      // What they are held to rounds the angle, which is up to 2π.
      assertThat(cosines[i]).isCloseTo(Math.cos(2 * Math.PI * i / 512), within(1e-15));
      assertThat(sines[i]).isCloseTo(Math.sin(2 * Math.PI * i / 512), within(1e-15));
    }
  }
}
