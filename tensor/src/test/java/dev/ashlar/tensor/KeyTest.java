package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class KeyTest {
  /** The vectors for philox4x32-10 of the Random123 library: counter, key, answer. */
  @Test
  void answersThePublishedVectors() {
    assertThat(new Key(0, 0).bits(0)).isEqualTo(0xe169c58d_6627e8d5L);
    assertThat(new Key(-1, -1).bits(-1)).isEqualTo(0x41c83b0e_408f276dL);
    assertThat(new Key(0x299f31d0_a4093822L, 0x03707344_13198a2eL).bits(0x85a308d3_243f6a88L))
        .isEqualTo(0x94fdcceb_d16cfe09L);
  }

  @Test
  void equalKeysGiveEqualNumbers() {
    assertThat(Key.of(7).bits(3)).isEqualTo(Key.of(7).bits(3));
    assertThat(Key.of(7).bits(3)).isNotEqualTo(Key.of(8).bits(3));
  }

  @Test
  void splittingGivesStreamsThatShareNoNumber() {
    Set<Long> seen = new HashSet<>();
    Key parent = Key.of(1);
    Key[] keys = parent.split(50);
    for (int i = 0; i < 200; i++) {
      assertThat(seen.add(parent.bits(i))).isTrue();
      for (Key key : keys) assertThat(seen.add(key.bits(i))).isTrue();
      for (Key key : keys[0].split(3)) assertThat(seen.add(key.bits(i))).isTrue();
    }
    assertThat(parent.fold(4)).isEqualTo(keys[4]);
    assertThat(parent.split(0)).isEmpty();
    assertThatThrownBy(() -> parent.split(-1)).hasMessageContaining("got -1");
  }

  @Test
  void neighbouringStreamsAreNotCorrelated() {
    Key[] keys = Key.of(3).split(2);
    int n = 100_000;
    double correlation =
        LongStream.range(0, n).mapToDouble(i -> keys[0].normal(i) * keys[1].normal(i)).sum() / n;
    // Standard error 1 / sqrt(n) = 0.003; neighbours in one stream likewise.
    assertThat(correlation).isCloseTo(0, within(0.015));
    double lag =
        LongStream.range(0, n).mapToDouble(i -> keys[0].normal(i) * keys[0].normal(i + 1)).sum()
            / n;
    assertThat(lag).isCloseTo(0, within(0.015));
    // Nor are the sizes of two that come of one radius: deviation 2 / sqrt(n / 2) = 0.009.
    double sizes =
        LongStream.range(0, n / 2)
                .mapToDouble(i -> keys[0].normal(2 * i) * keys[0].normal(2 * i + 1))
                .map(product -> product * product)
                .sum()
            / (n / 2);
    assertThat(sizes).isCloseTo(1, within(0.06));
  }

  @Test
  void uniformNumbersFillTheirInterval() {
    Key key = Key.of(11);
    int n = 200_000;
    int[] bins = new int[10];
    boolean inside = true;
    for (int i = 0; i < n; i++) {
      double number = key.uniform(i);
      float single = key.uniformFloat(i);
      inside &= number >= 0 && number < 1 && single >= 0 && single < 1;
      inside &= Math.abs(single - number) < 0x1p-23;
      bins[(int) (10 * number)]++;
    }
    assertThat(inside).isTrue();
    // A bin's standard deviation is sqrt(n · 0.1 · 0.9) = 134.
    for (int bin : bins) assertThat(bin).isBetween(n / 10 - 700, n / 10 + 700);
  }

  @Test
  void normalNumbersHaveTheMomentsOfTheirDistribution() {
    Key key = Key.of(12);
    int n = 400_000;
    double[] moments = new double[5];
    for (int i = 0; i < n; i++) {
      double x = key.normal(i);
      for (int power = 1; power <= 4; power++) moments[power] += Math.pow(x, power) / n;
    }
    assertThat(moments[1]).isCloseTo(0, within(0.01));
    assertThat(moments[2]).isCloseTo(1, within(0.015));
    assertThat(moments[3]).isCloseTo(0, within(0.03));
    assertThat(moments[4]).isCloseTo(3, within(0.08));
  }
}
