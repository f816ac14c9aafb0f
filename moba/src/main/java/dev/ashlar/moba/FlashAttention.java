package dev.ashlar.moba;

import dev.ashlar.autodiff.Call;
import dev.ashlar.autodiff.DifferentiableOp;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Dense causal attention in one operation that never holds a T x S matrix (Dao et al., arXiv
 * 2205.14135). Query [T, H, D], key and value [T, G, D] -> out [T, H, D], logSumExp [T, H]. The
 * same function as {@link DenseReference}.
 *
 * @param scale what logits are multiplied by; null for 1 / sqrt(D)
 */
public record FlashAttention(Packing packing, @Nullable Double scale) implements DifferentiableOp {
  /** Checks the scale; throws {@link IllegalArgumentException} if it is not finite. */
  public FlashAttention {
    MobaConfig.checkScale("flashAttention", scale);
  }

  /** Makes the operation with the usual scale, 1 / sqrt(D). */
  public FlashAttention(Packing packing) {
    this(packing, null);
  }

  /**
   * Returns attention of query [T, H, D] over key and value [T, G, D].
   *
   * @throws dev.ashlar.tensor.ShapeException if shapes, element types and packing do not fit
   */
  public Attended attend(Tensor query, Tensor key, Tensor value) {
    return Attended.of(Interpreter.callAll(this, query, key, value));
  }

  /** Returns what logits of heads of size D are multiplied by. */
  public double scaleFor(int headDim) {
    return MobaConfig.scaleOr(scale, headDim);
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    AttentionShapes.count(label(), 3, inputs);
    AttentionShapes.attention(label(), packing, inputs);
    return AttentionShapes.results(inputs.getFirst());
  }

  @Override
  public void compute(List<Operand> inputs, List<Operand> outputs) {
    plain(inputs).forward(outputs.get(0), outputs.get(1));
  }

  /** Returns which keys each query may look at. */
  public VisibleKeys visible() {
    return VisibleKeys.causal(packing);
  }

  PlainAttention plain(List<Operand> inputs) {
    double scaling = scaleFor(inputs.getFirst().shape().dim(2));
    return new PlainAttention(inputs, scaling, visible());
  }

  @Override
  public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
    List<Tensor> gradients =
        Interpreter.callAll(
            new FlashAttentionBackward(this),
            call.input(0),
            call.input(1),
            call.input(2),
            call.output(0),
            call.output(1),
            dOutputs.get(0),
            dOutputs.get(1));
    return gradients.stream().map(Optional::of).toList();
  }
}
