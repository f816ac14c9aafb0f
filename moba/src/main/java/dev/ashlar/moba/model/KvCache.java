package dev.ashlar.moba.model;

import dev.ashlar.moba.MobaConfig;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;

/**
 * What one layer remembers of the tokens so far: keys (turned by their positions) and values [S, G,
 * D], and for MoBA the mean key of every block that is full [N, G, D]. Rows are written in place,
 * so a token costs the same however many came before it. The memory belongs to the scope in which
 * the cache was made.
 */
final class KvCache {
  private final AttentionKind kind;
  private final int capacity;
  private int length;
  private Tensor keys;
  private Tensor values;
  private Tensor means;

  /** Makes an empty cache for up to {@code capacity} tokens. */
  KvCache(DecoderConfig config, AttentionKind kind, int capacity, DType dtype) {
    this.kind = kind;
    this.capacity = capacity;
    this.keys = Tensor.zeros(dtype, capacity, config.kvHeads(), config.headDim());
    this.values = keys.zerosLike();
    int blocks = kind instanceof AttentionKind.Moba(var moba) ? capacity / moba.blockSize() : 0;
    // Wide enough for the means of either element type, as BlockGate forms them.
    this.means = Tensor.zeros(DType.F64, blocks, config.kvHeads(), config.headDim());
  }

  /** Returns how many tokens are remembered. */
  int length() {
    return length;
  }

  /** Forgets every token. */
  void clear() {
    cut(0);
  }

  /**
   * Forgets all but the first {@code count} tokens. What lies behind them is written anew before it
   * is read: rows and means both.
   */
  void cut(int count) {
    length = Math.min(length, count);
  }

  /** Remembers further tokens: key and value [T, G, D]. */
  void append(Tensor key, Tensor value) {
    int after = length + key.dim(0);
    if (after > capacity) {
      throw new ShapeException(
          "cache: %d tokens and %d more exceed its capacity of %d", length, key.dim(0), capacity);
    }
    keys = Interpreter.call(new CacheOps.Append(length), keys, key);
    values = Interpreter.call(new CacheOps.Append(length), values, value);
    if (kind instanceof AttentionKind.Moba(var moba)) freezeMeans(moba, after);
    length = after;
  }

  private void freezeMeans(MobaConfig moba, int after) {
    int from = length / moba.blockSize();
    int to = after / moba.blockSize();
    if (to > from) {
      means = Interpreter.call(new CacheOps.Means(moba.blockSize(), from, to), means, keys);
    }
  }

  /**
   * Returns what the last T tokens gather from those up to themselves: query [T, H, D] -> [T, H,
   * D].
   */
  Tensor attend(Tensor query) {
    return attended(query).out();
  }

  /** What the last tokens gather [T, H, D], and the blocks they chose, I32 [T, H, K]. */
  record Attended(Tensor out, Tensor blocks) {}

  Attended attended(Tensor query) {
    var results =
        Interpreter.callAll(new CachedAttention(kind, length), query, keys, values, means);
    return new Attended(results.get(0), results.get(1));
  }
}
