package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class DecoderConfigTest {
  @Test
  void choosesUsualProportions() {
    DecoderConfig config = DecoderConfig.of(256, 192, 4, 6);
    assertThat(config.headDim()).isEqualTo(32);
    assertThat(config.kvHeads()).isEqualTo(6);
    assertThat(config.hidden()).isEqualTo(512);
  }

  @Test
  void changesOneSizeAtATime() {
    DecoderConfig config =
        DecoderConfig.of(256, 192, 4, 6)
            .withKvHeads(2)
            .withHeadDim(16)
            .withHidden(100)
            .withContext(512)
            .withRopeTheta(500)
            .withNormEps(1e-6)
            .withTiedHead(true);
    assertThat(config)
        .isEqualTo(new DecoderConfig(256, 192, 4, 6, 2, 16, 100, 512, 500, 1e-6, true));
  }

  @Test
  void namesTheSizeThatIsWrong() {
    DecoderConfig config = DecoderConfig.of(256, 192, 4, 6);
    assertThatThrownBy(() -> config.withKvHeads(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("decoder: kvHeads must divide heads (6), got 4");
    assertThatThrownBy(() -> config.withHeadDim(5))
        .hasMessage("decoder: headDim must be even (RoPE turns pairs), got 5");
    assertThatThrownBy(() -> DecoderConfig.of(256, 100, 4, 6))
        .hasMessage("decoder: dim must be a multiple of heads (6), got 100");
    assertThatThrownBy(() -> DecoderConfig.of(0, 192, 4, 6))
        .hasMessage("decoder: vocabulary must be positive, got 0");
    assertThatThrownBy(() -> config.withNormEps(Double.NaN))
        .hasMessage("decoder: normEps must be positive, got NaN");
  }

  @Test
  void namesSizesWhoseProductIsTooLarge() {
    DecoderConfig config = DecoderConfig.of(256, 192, 4, 6);
    assertThatThrownBy(() -> config.withHeadDim(400_000_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "decoder: heads (6) of headDim (400000000) exceed 2^31 - 1 numbers a row; take fewer or"
                + " smaller ones");
    assertThatThrownBy(() -> DecoderConfig.of(256, 1 << 30, 4, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("decoder: 8/3 of dim (1073741824) exceed 2^31 - 1; take a smaller one");
    assertThatThrownBy(() -> DecoderConfig.of(256, 1 << 29, 1 << 20, 2).withHidden(1 << 30))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("decoder: layers (1048576), dim (536870912), hidden (")
        .hasMessageEndingWith("parameters; take smaller sizes");
    int many = (1 << 30) - 1;
    var wide = new DecoderConfig(1, 1, 1, many, many, 2, 1, 1, 10_000, 1e-5, true);
    assertThat(wide.parameters()).isEqualTo(8L * many + 3 + 2 + 1 + 1);
  }
}
