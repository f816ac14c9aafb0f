package dev.ashlar.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.Key;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EntropyTest {
  @Test
  void unseenBytesCostWhatTheDefinitionSays() {
    Entropy entropy = Entropy.of(ascii("aab"), ascii("ac"));
    double a = 3.0 / 259;
    double c = 1.0 / 259;
    assertThat(entropy.unigramNats()).isCloseTo(-(Math.log(a) + Math.log(c)) / 2, within(1e-12));
    // Two pairs begin with a, none of them ac.
    assertThat(entropy.bigramNats()).isCloseTo(-Math.log(256 * c / (2 + 256)), within(1e-12));
  }

  @Test
  void alternationIsAllInThePairs() {
    byte[] text = ascii("ab".repeat(100_000));
    Entropy entropy = Entropy.of(text, text);
    assertThat(entropy.unigramBits()).isCloseTo(1, within(0.01));
    assertThat(entropy.bigramBits()).isCloseTo(0, within(0.01));
  }

  @Test
  void noiseHasEightBits() {
    byte[] text = new byte[1 << 22];
    for (int i = 0; i < text.length; i++) text[i] = (byte) Key.of(1).bits(i);
    Entropy entropy = Entropy.of(text, text);
    assertThat(entropy.unigramBits()).isCloseTo(8, within(0.001));
    assertThat(entropy.bigramBits()).isCloseTo(8, within(0.1));
  }

  @Test
  void measuresNothingWithoutAPair() {
    assertThatThrownBy(() -> Entropy.of(ascii("text"), ascii("x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
