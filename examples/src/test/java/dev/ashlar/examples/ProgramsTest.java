package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.NoLeaks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The programs that the documentation shows, and that both languages compute the same. */
@ExtendWith(NoLeaks.class)
class ProgramsTest {
  @Test
  void xorIsLearned() {
    double loss = XorJava.train(300);
    assertThat(loss).isLessThan(0.05);
    assertThat(XorKotlin.INSTANCE.train(300)).isEqualTo(loss);
  }

  @Test
  void theTransformerLearnsItsTextByHeart() {
    assertThat(TinyTransformerJava.train(100)).isEqualTo(TinyTransformerJava.TEXT);
    assertThat(TinyTransformerKotlin.INSTANCE.train(100)).isEqualTo(TinyTransformerKotlin.TEXT);
  }
}
