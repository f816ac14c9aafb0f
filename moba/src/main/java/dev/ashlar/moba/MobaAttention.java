package dev.ashlar.moba;

import dev.ashlar.autodiff.Call;
import dev.ashlar.autodiff.DifferentiableOp;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attention over the chosen blocks of keys in one operation that never holds a T x S matrix (MoBA,
 * arXiv 2502.13189). Query [T, H, D], key and value [T, G, D], selection [T, H, K] -> out [T, H,
 * D], logSumExp [T, H]. The same function as {@link MobaReference}. The selection is a constant to
 * every gradient.
 */
public record MobaAttention(MobaConfig config, Packing packing) implements DifferentiableOp {
  /**
   * Returns attention of query [T, H, D] over the chosen blocks of key and value [T, G, D].
   *
   * @throws dev.ashlar.tensor.ShapeException if shapes, element types and packing do not fit
   * @throws IndexOutOfBoundsException if the selection names a block the query must not see
   */
  public Attended attend(Tensor query, Tensor key, Tensor value, Selection selection) {
    return Attended.of(Interpreter.callAll(this, query, key, value, selection.blocks()));
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    AttentionShapes.count(label(), 4, inputs);
    AttentionShapes.attention(label(), packing, inputs);
    AttentionShapes.selection(label(), config, packing, inputs);
    return AttentionShapes.results(inputs.getFirst());
  }

  @Override
  public void compute(List<Operand> inputs, List<Operand> outputs) {
    plain(inputs).forward(outputs.get(0), outputs.get(1));
  }

  /**
   * Returns which keys each query may look at, by a selection [T, H, K].
   *
   * @throws IndexOutOfBoundsException if it names a block that a query must not see
   * @throws IllegalArgumentException if a row's are not ascending up to its own block
   */
  public VisibleKeys visible(Operand selection) {
    int[] chosen = Selection.checked(label(), selection, packing, config.blockSize());
    return VisibleKeys.chosen(packing, config.blockSize(), selection.shape(), chosen);
  }

  PlainAttention plain(List<Operand> inputs) {
    int size = inputs.getFirst().shape().dim(2);
    return new PlainAttention(inputs, config.scaleFor(size), visible(inputs.get(3)));
  }

  @Override
  public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
    List<Tensor> gradients =
        Interpreter.callAll(
            new MobaAttentionBackward(this),
            call.input(0),
            call.input(1),
            call.input(2),
            call.input(3),
            call.output(0),
            call.output(1),
            dOutputs.get(0),
            dOutputs.get(1));
    List<Optional<Tensor>> answers = new ArrayList<>();
    gradients.forEach(gradient -> answers.add(Optional.of(gradient)));
    answers.add(Optional.empty());
    return answers;
  }
}
