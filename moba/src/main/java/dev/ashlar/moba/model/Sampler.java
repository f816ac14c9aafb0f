package dev.ashlar.moba.model;

import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Chooses the next token from a model's logits. Of tokens with equal logits the lower id comes
 * first, so the choice is the same on every machine.
 *
 * @param temperature what the logits are divided by; 0 always takes the greatest
 * @param topK how many of the likeliest tokens take part; 0 is all
 * @param topP the share of probability that the likeliest tokens taking part must reach (nucleus
 *     sampling, arXiv 1904.09751); 1 is all
 */
public record Sampler(double temperature, int topK, double topP) {
  /** Checks the numbers; throws IllegalArgumentException naming the one that is out of range. */
  public Sampler {
    require(
        temperature >= 0 && Double.isFinite(temperature),
        "temperature must be 0 (greedy) or positive, got " + temperature);
    require(topK >= 0, "topK must be 0 (all tokens) or positive, got " + topK);
    require(topP > 0 && topP <= 1, "topP must be in 0 (exclusive) .. 1 (all tokens), got " + topP);
  }

  /** Returns the sampler that takes the likeliest token. */
  public static Sampler greedy() {
    return new Sampler(0, 0, 1);
  }

  /** Returns the sampler that draws from all tokens at a temperature. */
  public static Sampler of(double temperature) {
    return new Sampler(temperature, 0, 1);
  }

  /** Returns this sampler with another number of tokens taking part. */
  public Sampler withTopK(int k) {
    return new Sampler(temperature, k, topP);
  }

  /** Returns this sampler with another share of probability taking part. */
  public Sampler withTopP(double p) {
    return new Sampler(temperature, topK, p);
  }

  /**
   * Returns the id of a token drawn from logits [V].
   *
   * @throws ArithmeticException if no logit is a number
   * @throws ShapeException if they are not of one token
   */
  public int choose(Tensor logits, Key key) {
    if (logits.rank() != 1) {
      throw new ShapeException(
          "sampler: logits must be [V], got %s; take those of one token with get(i)",
          logits.shape());
    }
    return choose(logits.toDoubles(), key.uniform(0));
  }

  /**
   * Returns the id at {@code point} (0 inclusive to 1 exclusive) of the cumulated probabilities.
   */
  int choose(double[] logits, double point) {
    int[] order = descending(logits);
    // An infinite logit leaves no other token any probability.
    if (temperature == 0 || Double.isInfinite(logits[order[0]])) return order[0];
    double[] weights = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      weights[i] = Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
    }
    int count = nucleus(weights, topK > 0 ? Math.min(topK, order.length) : order.length);
    double left = point * sum(weights, count);
    for (int i = 0; i < count; i++) {
      left -= weights[i];
      if (left < 0) return order[i];
    }
    return order[count - 1];
  }

  /** Returns the ids of the logits that are numbers, the greatest first. */
  private static int[] descending(double[] logits) {
    // Ids come in ascending order and the sort is stable: of equals the lowest stays first.
    Integer[] ids = new Integer[logits.length];
    Arrays.setAll(ids, i -> i);
    int[] order =
        Arrays.stream(ids)
            .filter(id -> !Double.isNaN(logits[id]))
            .sorted(Comparator.comparingDouble(id -> 0.0 - logits[id]))
            .mapToInt(id -> id)
            .toArray();
    if (order.length == 0)
      throw new ArithmeticException("sampler: no logit is a number; has training diverged?");
    return order;
  }

  /**
   * Returns how many of the first {@code limit} weights reach the share {@code topP} of their sum.
   */
  private int nucleus(double[] weights, int limit) {
    if (topP == 1) return limit;
    double wanted = topP * sum(weights, limit);
    double reached = 0;
    for (int i = 0; i < limit; i++) {
      reached += weights[i];
      if (reached >= wanted) return i + 1;
    }
    return limit;
  }

  private static double sum(double[] weights, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += weights[i];
    return sum;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) throw new IllegalArgumentException("sampler: " + otherwise);
  }
}
