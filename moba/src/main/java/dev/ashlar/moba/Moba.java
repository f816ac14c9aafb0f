package dev.ashlar.moba;

import dev.ashlar.tensor.Tensor;

/**
 * Attention over packed sequences, causal, in fused operations with their own backward: mixture of
 * block attention, and dense attention with the same arguments, so that a model can change between
 * them at any step.
 *
 * <p>Every method throws {@link dev.ashlar.tensor.ShapeException} if shapes, element types and
 * packing do not fit.
 */
public final class Moba {
  private Moba() {}

  /**
   * Returns mixture of block attention: query [T, H, D], key and value [T, G, D] -> [T, H, D].
   * Equal to {@link #dense} where {@code topK} reaches every block of a sequence.
   */
  public static Tensor attention(
      Tensor query, Tensor key, Tensor value, Packing packing, MobaConfig config) {
    return attended(query, key, value, packing, config).out();
  }

  /**
   * Returns mixture of block attention with its logSumExp [T, H]. Where {@code topK} reaches every
   * block there is nothing to choose, and dense attention is faster.
   */
  public static Attended attended(
      Tensor query, Tensor key, Tensor value, Packing packing, MobaConfig config) {
    if (config.blocks(packing.maxLength()) <= config.topK()) {
      return new FlashAttention(packing, config.scale()).attend(query, key, value);
    }
    Selection selection = new BlockGate(config, packing).select(query, key);
    return new MobaAttention(config, packing).attend(query, key, value, selection);
  }

  /** Returns dense causal attention: query [T, H, D], key and value [T, G, D] -> [T, H, D]. */
  public static Tensor dense(Tensor query, Tensor key, Tensor value, Packing packing) {
    return denseAttended(query, key, value, packing).out();
  }

  /** Returns dense causal attention with its logSumExp [T, H]. */
  public static Attended denseAttended(Tensor query, Tensor key, Tensor value, Packing packing) {
    return new FlashAttention(packing).attend(query, key, value);
  }
}
