package dev.ashlar.moba;

import org.jspecify.annotations.Nullable;

/**
 * How mixture of block attention chooses: blocks of {@code blockSize} keys, of which a query sees
 * {@code topK} with its own.
 *
 * @param blockSize C, keys in a block; the last block of a sequence may be shorter
 * @param topK K, blocks a query attends to, its own block included
 * @param scale what logits are multiplied by; null for 1 / sqrt(D)
 */
public record MobaConfig(int blockSize, int topK, @Nullable Double scale) {
  /** Checks the numbers; throws {@link IllegalArgumentException} naming the wrong one. */
  public MobaConfig {
    require(blockSize > 0, "moba: blockSize must be positive, got %s", blockSize);
    require(
        topK > 0,
        "moba: topK must be positive (the query's own block counts as one), got %s",
        topK);
    checkScale("moba", scale);
  }

  /** Makes a configuration with the usual scale, 1 / sqrt(D). */
  public MobaConfig(int blockSize, int topK) {
    this(blockSize, topK, null);
  }

  /** Returns this configuration with another scale. */
  public MobaConfig withScale(double other) {
    return new MobaConfig(blockSize, topK, other);
  }

  /** Returns what logits of heads of size D are multiplied by. */
  public double scaleFor(int headDim) {
    return scaleOr(scale, headDim);
  }

  /** Returns the number of blocks of a sequence, the last one possibly shorter. */
  public int blocks(int length) {
    return Math.ceilDiv(length, blockSize);
  }

  /** Returns the most blocks a query of this packing can attend to: min(K, most blocks). */
  public int chosen(Packing packing) {
    return Math.min(topK, blocks(packing.maxLength()));
  }

  static void checkScale(String op, @Nullable Double scale) {
    require(scale == null || Double.isFinite(scale), op + ": scale must be finite, got %s", scale);
  }

  static double scaleOr(@Nullable Double scale, int headDim) {
    return scale == null ? 1 / Math.sqrt(headDim) : scale;
  }

  private static void require(boolean holds, String message, @Nullable Object got) {
    if (!holds) throw new IllegalArgumentException(message.formatted(got));
  }
}
