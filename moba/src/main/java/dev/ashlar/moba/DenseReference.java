package dev.ashlar.moba;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dense causal attention by its definition, composed of core operations: full scores, then a mask.
 * The oracle of {@link FlashAttention}; any number of derivatives. Needs memory for T x S scores.
 */
public final class DenseReference {
  private DenseReference() {}

  /**
   * Returns attention of query [T, H, D] over key and value [T, G, D], scaled by 1 / sqrt(D).
   *
   * @throws dev.ashlar.tensor.ShapeException if shapes, element types and packing do not fit
   */
  public static Attended attend(Tensor query, Tensor key, Tensor value, Packing packing) {
    // The mask of a single token would broadcast, and hide nothing.
    AttentionShapes.attention(
        "denseReference", packing, List.of(query.spec(), key.spec(), value.spec()));
    Tensor row = Tensor.arange(DType.I32, packing.total());
    Tensor allows = Selection.causal(row, Tensor.of(packing.startOfRow())); // [T, 1, S]
    return masked(query, key, value, allows, null);
  }

  /** Attention over the keys that {@code allows} [T, H or 1, S] admits. */
  static Attended masked(
      Tensor query, Tensor key, Tensor value, Tensor allows, @Nullable Double scale) {
    if (query.dim(0) == 0) return nothing(query, key, value);
    Tensor q = query.permute(1, 0, 2); // [H, T, D]
    Tensor k = repeated(key, query.dim(1)).permute(1, 2, 0); // [H, D, S]
    Tensor v = repeated(value, query.dim(1)).permute(1, 0, 2); // [H, S, D]
    Tensor scores = q.matmul(k).times(MobaConfig.scaleOr(scale, query.dim(2))); // [H, T, S]
    Tensor seen = scores.maskedFill(allows.permute(1, 0, 2).not(), Double.NEGATIVE_INFINITY);
    Tensor out = seen.softmax(-1).matmul(v).permute(1, 0, 2); // [T, H, D]
    return new Attended(out, seen.logSumExp(-1).transpose());
  }

  /** Of no rows: still a function of all three, so that each has its gradient, of no rows. */
  private static Attended nothing(Tensor query, Tensor key, Tensor value) {
    Tensor out = query.plus(key.sum().plus(value.sum())); // [0, H, D]
    return new Attended(out, out.sum(2));
  }

  /** Returns each of the G heads of [S, G, D] as often as H heads need it: [S, H, D]. */
  private static Tensor repeated(Tensor heads, int count) {
    int times = count / heads.dim(1);
    return heads
        .unsqueeze(2)
        .expand(heads.dim(0), heads.dim(1), times, heads.dim(2))
        .reshape(heads.dim(0), count, heads.dim(2));
  }
}
