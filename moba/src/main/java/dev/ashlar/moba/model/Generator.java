package dev.ashlar.moba.model;

import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Continues a prompt, token by token. A model sees at most {@code window} tokens: when they are
 * used up, it reads the last three quarters of them anew and goes on, so a continuation may be of
 * any length.
 *
 * @param window how many tokens the model sees at most; the length it was trained on is a good
 *     choice
 */
public record Generator(Decoder decoder, AttentionPlan plan, Sampler sampler, int window) {
  /** Checks the window; throws IllegalArgumentException if it is not positive. */
  public Generator {
    if (window < 1) {
      throw new IllegalArgumentException("generator: window must be positive, got " + window);
    }
    plan.checkLayers(decoder.layers().size());
  }

  /** Makes a generator whose window is the length the model was trained on. */
  public Generator(Decoder decoder, AttentionPlan plan, Sampler sampler) {
    this(decoder, plan, sampler, decoder.config().context());
  }

  /** Returns this generator with another window. */
  public Generator withWindow(int tokens) {
    return new Generator(decoder, plan, sampler, tokens);
  }

  /** Returns {@code count} tokens that continue the prompt. */
  public int[] generate(int[] prompt, int count, Key key) {
    return generate(prompt, count, key, _ -> {});
  }

  /**
   * Returns {@code count} tokens that continue the prompt; token i is drawn with sub-stream i of
   * the key.
   *
   * @param onToken called with every token as soon as it is there
   * @throws IllegalArgumentException if the prompt is empty, the count negative, or both are more
   *     than an array holds
   */
  public int[] generate(int[] prompt, int count, Key key, IntConsumer onToken) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("generator: the prompt is empty; give at least one token");
    }
    if (count < 0) {
      throw new IllegalArgumentException("generator: count must not be negative, got " + count);
    }
    if ((long) prompt.length + count > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "generator: a prompt of %d tokens and %d more exceed 2^31 - 1; take fewer"
              .formatted(prompt.length, count));
    }
    int[] tokens = Arrays.copyOf(prompt, prompt.length + count);
    try (var _ = TensorScope.open()) {
      var cached = new CachedDecoder(decoder, plan, window);
      for (int end = prompt.length; end < tokens.length; end++) {
        tokens[end] = next(cached, tokens, end, key.fold(end - prompt.length));
        onToken.accept(tokens[end]);
      }
    }
    return Arrays.copyOfRange(tokens, prompt.length, tokens.length);
  }

  private int next(CachedDecoder cached, int[] tokens, int end, Key key) {
    try (var _ = TensorScope.open()) {
      return sampler.choose(logits(cached, tokens, end), key);
    }
  }

  private Tensor logits(CachedDecoder cached, int[] tokens, int end) {
    boolean first = cached.length() == 0;
    if (!first && cached.length() < window) return cached.append(tokens[end - 1]);
    int seen = first ? window : Math.max(1, window - window / 4);
    cached.clear();
    return cached.append(Arrays.copyOfRange(tokens, Math.max(0, end - seen), end));
  }
}
