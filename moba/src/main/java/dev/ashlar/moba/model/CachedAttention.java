package dev.ashlar.moba.model;

import dev.ashlar.moba.MobaConfig;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;

/**
 * (query [T, H, D], keys, values [S, G, D], means [N, G, D]): what the last T of {@code length}
 * tokens gather [T, H, D], and the blocks each chose, I32 [T, H, K], ascending, filled up with -1.
 * Of full attention K is 0. It has no gradient (block attention: arXiv 2502.13189).
 */
public record CachedAttention(AttentionKind kind, int length) implements Op.Custom {
  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    if (inputs.size() != 4 || !fit(inputs)) {
      throw new ShapeException(
          "attend: %s do not fit; %d tokens want a query [T, H, D], keys and values [S, G, D] of its"
              + " element type with S >= %d and H a multiple of G, and F64 means [N, G, D] with"
              + " N >= %d",
          inputs, length, length, pastBlocks());
    }
    TensorSpec query = inputs.getFirst();
    if (query.shape().dim(0) > length) {
      throw new ShapeException("attend: %s has more rows than the %d tokens so far", query, length);
    }
    int chosen =
        kind instanceof AttentionKind.Moba(var moba)
            ? Math.min(moba.topK(), moba.blocks(length))
            : 0;
    return List.of(query, new TensorSpec(DType.I32, query.shape().with(2, chosen)));
  }

  private boolean fit(List<TensorSpec> inputs) {
    for (TensorSpec input : inputs) if (input.shape().rank() != 3) return false;
    TensorSpec query = inputs.get(0);
    TensorSpec keys = inputs.get(1);
    TensorSpec means = inputs.get(3);
    int groups = keys.shape().dim(1);
    return query.dtype().isFloating()
        && keys.equals(query.with(keys.shape().with(2, query.shape().dim(2))))
        && inputs.get(2).equals(keys)
        && keys.shape().dim(0) >= length
        && groups > 0
        && query.shape().dim(1) % groups == 0
        && means.equals(new TensorSpec(DType.F64, keys.shape().with(0, means.shape().dim(0))))
        && means.shape().dim(0) >= pastBlocks();
  }

  /** Returns how many blocks there are before the last token's own. */
  private int pastBlocks() {
    return kind instanceof AttentionKind.Moba(var moba) && length > 0
        ? (length - 1) / moba.blockSize()
        : 0;
  }

  @Override
  public void compute(List<Operand> inputs, List<Operand> outputs) {
    int heads = inputs.getFirst().shape().dim(1);
    long rows = (long) inputs.getFirst().shape().dim(0) * heads;
    Parallel.range(
        rows,
        4,
        (from, to) -> {
          for (int i = (int) from; i < to; i++) {
            var row = new CachedRow(this, inputs, i / heads, i % heads);
            row.gather(row.choose(outputs.get(1)), outputs.getFirst());
          }
        });
  }

  /**
   * Returns the blocks that a head of a row attends to, ascending, its own the last, and stores
   * them in the second output: for kernels, so that all choose alike.
   */
  public int[] choose(List<Operand> inputs, List<Operand> outputs, int row, int head) {
    return new CachedRow(this, inputs, row, head).choose(outputs.get(1));
  }

  /** Returns the position of one of {@code rows} queries, the last of the tokens so far. */
  public int position(int row, int rows) {
    return length - rows + row;
  }

  /** Returns how to choose; full attention is one block of everything. */
  public MobaConfig moba() {
    return kind instanceof AttentionKind.Moba(var config)
        ? config
        : new MobaConfig(Math.max(1, length), 1);
  }
}
