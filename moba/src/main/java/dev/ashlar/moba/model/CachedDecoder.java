package dev.ashlar.moba.model;

import dev.ashlar.moba.Packing;
import dev.ashlar.moba.Rope;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.List;

/**
 * A decoder that remembers the tokens of one sequence, so that each further token costs one row
 * instead of all. Logits agree with those of {@link Decoder#logits} up to rounding, and MoBA layers
 * choose the same blocks. Its memory belongs to the {@link TensorScope} in which it was made.
 */
public final class CachedDecoder {
  private final Decoder decoder;
  private final AttentionPlan plan;
  private final int capacity;
  private final List<KvCache> caches;

  /** Makes a decoder that has seen no token, and remembers up to {@code capacity}. */
  public CachedDecoder(Decoder decoder, AttentionPlan plan, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("cache: capacity must be positive, got " + capacity);
    }
    plan.checkLayers(decoder.layers().size());
    this.decoder = decoder;
    this.plan = plan;
    this.capacity = capacity;
    DType dtype = decoder.embedding().weight().dtype();
    this.caches =
        plan.layers().stream()
            .map(kind -> new KvCache(decoder.config(), kind, capacity, dtype))
            .toList();
  }

  /** Returns how many tokens are remembered. */
  public int length() {
    return caches.getFirst().length();
  }

  /** Returns how many tokens can be remembered. */
  public int capacity() {
    return capacity;
  }

  /** Forgets every token. */
  public void clear() {
    caches.forEach(KvCache::clear);
  }

  /**
   * Remembers further tokens: all, or none if it throws, and can then be called again.
   *
   * @return the logits [V] of the token that follows the last
   * @throws IllegalArgumentException if there is no token
   * @throws dev.ashlar.tensor.ShapeException if they exceed the capacity
   */
  public Tensor append(int... ids) {
    if (ids.length == 0)
      throw new IllegalArgumentException("cache: append needs at least one token");
    int before = length();
    try {
      return TensorScope.tidy(() -> logits(ids));
    } catch (Throwable e) {
      // Layers before the one that failed remember the tokens already; a layer must not know more
      // than the next.
      caches.forEach(cache -> cache.cut(before));
      throw e;
    }
  }

  private Tensor logits(int[] ids) {
    Tensor stream = decoder.embedding().forward(Tensor.of(ids));
    for (int i = 0; i < caches.size(); i++) {
      stream = decoder.layers().get(i).forward(stream, core(caches.get(i), plan.layer(i)));
    }
    return decoder.readOut(stream.slice(0, ids.length - 1, ids.length)).get(0);
  }

  private SelfAttention.Core core(KvCache cache, AttentionKind kind) {
    DecoderConfig config = decoder.config();
    return (query, key, value) -> {
      int start = cache.length();
      Tensor turnedQuery = Rope.rotateFrom(config.split(query), start, config.ropeTheta());
      Tensor turnedKey = Rope.rotateFrom(config.split(key), start, config.ropeTheta());
      cache.append(turnedKey, config.split(value));
      if (start > 0) return config.merge(cache.attend(turnedQuery));
      // From the first token on, the fused operation does the same for many rows, faster.
      var packed = new PackedAttention(config, Packing.of(query.dim(0)), kind);
      return packed.attendTurned(turnedQuery, turnedKey, config.split(value));
    };
  }
}
