package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class SamplerTest {
  // Probabilities 0.1, 0.4, 0.2, 0.3.
  private static final double[] LOGITS = {
    Math.log(0.1), Math.log(0.4), Math.log(0.2), Math.log(0.3)
  };

  @Test
  void drawsInProportionToTheProbabilities() {
    assertThat(shares(Sampler.of(1)))
        .containsExactly(new double[] {0.1, 0.4, 0.2, 0.3}, within(0.01));
  }

  @Test
  void temperatureSharpens() {
    double[] squares = {0.01, 0.16, 0.04, 0.09};
    for (int i = 0; i < 4; i++) squares[i] /= 0.3;
    assertThat(shares(Sampler.of(0.5))).containsExactly(squares, within(0.01));
  }

  @Test
  void topKKeepsTheLikeliest() {
    assertThat(shares(Sampler.of(1).withTopK(2)))
        .containsExactly(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, within(0.01));
    assertThat(shares(Sampler.of(1).withTopK(9)))
        .containsExactly(shares(Sampler.of(1)), within(0.0));
  }

  @Test
  void topPKeepsTheFewestThatReachIt() {
    assertThat(shares(Sampler.of(1).withTopP(0.6)))
        .containsExactly(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, within(0.01));
    assertThat(shares(Sampler.of(1).withTopP(0.01)))
        .containsExactly(new double[] {0, 1, 0, 0}, within(1e-9));
  }

  @Test
  void theLowestIdWinsATie() {
    assertThat(Sampler.greedy().choose(new double[] {1, 3, 3, 2}, 0.5)).isEqualTo(1);
    assertThat(Sampler.greedy().choose(new double[] {-0.0, 0.0}, 0.5)).isEqualTo(0);
    assertThat(Sampler.of(1).withTopK(1).choose(new double[] {3, 3, 3}, 0.999)).isEqualTo(0);
  }

  @Test
  void endsOfTheRangeAreTokens() {
    assertThat(Sampler.of(1).choose(LOGITS, 0)).isEqualTo(1);
    assertThat(Sampler.of(1).choose(LOGITS, Math.nextDown(1.0))).isEqualTo(0);
  }

  @Test
  void takesNoTokenWhoseLogitIsNoNumber() {
    double[] logits = {Double.NaN, 1, Double.NEGATIVE_INFINITY};
    for (int i = 0; i < 50; i++) {
      assertThat(Sampler.of(1).choose(logits, i / 50.0)).isEqualTo(1);
    }
    double[] infinite = {1, Double.POSITIVE_INFINITY};
    assertThat(Sampler.of(1).choose(infinite, 0.9)).isEqualTo(1);
    assertThatThrownBy(() -> Sampler.greedy().choose(Tensor.of(Double.NaN), Key.of(1)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("no logit is a number");
  }

  @Test
  void rejectsTheLogitsOfSeveralTokens() {
    assertThatThrownBy(() -> Sampler.greedy().choose(Tensor.ones(DType.F32, 2, 3), Key.of(1)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("sampler: logits must be [V], got [2, 3]; take those of one token with get(i)");
  }

  @Test
  void rejectsNumbersOutOfRange() {
    assertThatThrownBy(() -> Sampler.of(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sampler: temperature must be 0 (greedy) or positive, got -1.0");
    assertThatThrownBy(() -> Sampler.of(1).withTopK(-1)).hasMessageContaining("topK");
    assertThatThrownBy(() -> Sampler.of(1).withTopP(0)).hasMessageContaining("topP");
    assertThatThrownBy(() -> Sampler.of(1).withTopP(Double.NaN)).hasMessageContaining("topP");
  }

  private static double[] shares(Sampler sampler) {
    int draws = 20_000;
    double[] shares = new double[4];
    Key key = Key.of(3);
    for (int i = 0; i < draws; i++) {
      shares[sampler.choose(LOGITS, key.fold(i).uniform(0))] += 1.0 / draws;
    }
    return shares;
  }
}
