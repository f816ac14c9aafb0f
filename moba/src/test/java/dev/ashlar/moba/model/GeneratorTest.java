package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(NoLeaks.class)
final class GeneratorTest {
  private static final int[] PROMPT = {3, 1, 4, 1, 5};

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.model.Models#plans")
  void greedyContinuationIsTheArgMaxOfFullRuns(AttentionPlan plan) {
    Decoder decoder = Models.decoder(Models.config(), DType.F64);
    int[] got = new Generator(decoder, plan, Sampler.greedy()).generate(PROMPT, 20, Key.of(1));
    int[] tokens = Arrays.copyOf(PROMPT, PROMPT.length + 20);
    for (int end = PROMPT.length; end < tokens.length; end++) {
      Tensor ids = Tensor.of(Arrays.copyOf(tokens, end));
      Tensor logits = decoder.logits(ids, Packing.of(end), plan).get(-1);
      tokens[end] = logits.argMax(0).toInts()[0];
    }
    assertThat(got).isEqualTo(Arrays.copyOfRange(tokens, PROMPT.length, tokens.length));
  }

  @Test
  void goesOnBeyondItsWindow() {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    var generator = new Generator(decoder, AttentionPlan.moba(2, Models.BLOCKS), Sampler.of(1));
    assertThat(generator.window()).isEqualTo(32);
    for (int window : new int[] {1, 2, 3, 8, 32}) {
      int[] tokens = generator.withWindow(window).generate(PROMPT, 50, Key.of(1));
      assertThat(tokens).hasSize(50);
      assertThat(Arrays.stream(tokens)).allMatch(id -> id >= 0 && id < 11);
    }
  }

  @Test
  void slidesByReadingTheLastTokensAnew() {
    Decoder decoder = Models.decoder(Models.config(), DType.F64);
    AttentionPlan plan = AttentionPlan.full(2);
    int[] got = new Generator(decoder, plan, Sampler.greedy(), 8).generate(PROMPT, 4, Key.of(1));
    // Tokens 5 .. 8 see up to 8 tokens; after the eighth the window begins anew.
    int[] tokens = Arrays.copyOf(PROMPT, 9);
    System.arraycopy(got, 0, tokens, 5, 4);
    Tensor logits = decoder.logits(Tensor.of(Arrays.copyOf(tokens, 8)), Packing.of(8), plan);
    assertThat(got[3]).isEqualTo(logits.get(7).argMax(0).toInts()[0]);
    int[] more = new Generator(decoder, plan, Sampler.greedy(), 8).generate(PROMPT, 5, Key.of(1));
    int[] window = Arrays.copyOfRange(tokens, 3, 9);
    Tensor anew = decoder.logits(Tensor.of(window), Packing.of(6), plan);
    assertThat(more[4]).isEqualTo(anew.get(5).argMax(0).toInts()[0]);
  }

  @Test
  void sameKeySameText() {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    var generator = new Generator(decoder, AttentionPlan.full(2), Sampler.of(1));
    int[] once = generator.generate(PROMPT, 30, Key.of(1));
    assertThat(generator.generate(PROMPT, 30, Key.of(1))).isEqualTo(once);
    assertThat(generator.generate(PROMPT, 30, Key.of(2))).isNotEqualTo(once);
    assertThat(generator.generate(PROMPT, 10, Key.of(1))).isEqualTo(Arrays.copyOf(once, 10));
  }

  @Test
  void handsOutTokensAsTheyCome() {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    List<Integer> seen = new ArrayList<>();
    int[] tokens =
        new Generator(decoder, AttentionPlan.full(2), Sampler.of(1))
            .generate(PROMPT, 6, Key.of(1), seen::add);
    assertThat(seen).containsExactlyElementsOf(Arrays.stream(tokens).boxed().toList());
    assertThat(
            new Generator(decoder, AttentionPlan.full(2), Sampler.greedy())
                .generate(PROMPT, 0, Key.of(1)))
        .isEmpty();
  }

  @Test
  void needsAPrompt() {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    var generator = new Generator(decoder, AttentionPlan.full(2), Sampler.greedy());
    assertThatThrownBy(() -> generator.generate(new int[0], 3, Key.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("generator: the prompt is empty; give at least one token");
    assertThatThrownBy(() -> generator.generate(PROMPT, -1, Key.of(1)))
        .hasMessage("generator: count must not be negative, got -1");
    assertThatThrownBy(() -> generator.generate(PROMPT, Integer.MAX_VALUE, Key.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("generator: a prompt of %d tokens".formatted(PROMPT.length));
  }
}
