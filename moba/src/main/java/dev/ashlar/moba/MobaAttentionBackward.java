package dev.ashlar.moba;

import dev.ashlar.autodiff.Call;
import dev.ashlar.autodiff.DifferentiableOp;
import dev.ashlar.autodiff.NoGradientException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import java.util.Optional;

/**
 * The gradient of {@link MobaAttention}: (query, key, value, selection, out, logSumExp, dOut,
 * dLogSumExp) -> (dQuery, dKey, dValue). Since logSumExp and out are those of all chosen blocks
 * together, what each block contributes simply adds up.
 */
public record MobaAttentionBackward(MobaAttention forward) implements DifferentiableOp {
  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    AttentionShapes.count(label(), 8, inputs);
    AttentionShapes.attention(label(), forward.packing(), inputs);
    AttentionShapes.selection(label(), forward.config(), forward.packing(), inputs);
    return AttentionShapes.backward(label(), inputs, 4);
  }

  @Override
  public void compute(List<Operand> inputs, List<Operand> outputs) {
    forward.plain(inputs).backward(PlainAttention.Saved.of(inputs.subList(4, 8)), outputs);
  }

  /** Throws {@link NoGradientException}: there is no second derivative in fused form. */
  @Override
  public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
    throw new NoGradientException(this, "for second derivatives call MobaReference");
  }
}
