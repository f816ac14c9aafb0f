package dev.ashlar.moba;

import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import java.util.List;

/**
 * Mixture of block attention by its definition (arXiv 2502.13189, equations 2 to 6), composed of
 * core operations: full scores, a mask from the {@link Selection}, softmax. The oracle of {@link
 * MobaAttention}; any number of derivatives. Needs memory for T x S scores.
 */
public final class MobaReference {
  private MobaReference() {}

  /**
   * Returns attention of query [T, H, D] over the chosen blocks of key and value [T, G, D].
   *
   * @throws dev.ashlar.tensor.ShapeException if shapes, element types and packing do not fit
   */
  public static Attended attend(Tensor query, Tensor key, Tensor value, BlockGate gate) {
    Selection selection = gate.select(query, key);
    return attend(query, key, value, selection, gate.config());
  }

  /**
   * Returns attention of query [T, H, D] over given blocks of key and value [T, G, D].
   *
   * @throws dev.ashlar.tensor.ShapeException if shapes, element types and packing do not fit
   * @throws IllegalArgumentException if the selection is of blocks of another size
   */
  public static Attended attend(
      Tensor query, Tensor key, Tensor value, Selection selection, MobaConfig config) {
    if (selection.blockSize() != config.blockSize()) {
      throw new IllegalArgumentException(
          "mobaReference: the selection is of blocks of %d keys, the configuration has blocks of %d"
              .formatted(selection.blockSize(), config.blockSize()));
    }
    List<TensorSpec> in =
        List.of(query.spec(), key.spec(), value.spec(), selection.blocks().spec());
    AttentionShapes.attention("mobaReference", selection.packing(), in);
    AttentionShapes.selection("mobaReference", config, selection.packing(), in);
    return DenseReference.masked(query, key, value, selection.allows(), config.scale());
  }
}
