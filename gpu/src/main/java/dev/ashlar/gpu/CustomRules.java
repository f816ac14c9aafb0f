package dev.ashlar.gpu;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.autodiff.nn.LayerNormOp;
import dev.ashlar.autodiff.nn.RmsNormOp;
import dev.ashlar.autodiff.optim.SumOfSquares;
import dev.ashlar.moba.BlockGate;
import dev.ashlar.moba.FlashAttention;
import dev.ashlar.moba.FlashAttentionBackward;
import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.MobaAttentionBackward;
import dev.ashlar.moba.Rope;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.program.Program.Step;
import java.util.Optional;

/** The fused operations of layers, optimizers and attention that have device kernels. */
final class CustomRules {
  private CustomRules() {}

  /** Returns how a step becomes tasks, or empty where no kernel computes it. */
  static Optional<Rule> of(Step step, Op.Custom op) {
    if (op instanceof Fused fused) {
      return Optional.of((tasks, in, out) -> Elementwise.fused(tasks, fused, in, out));
    }
    Optional<Rule> known = Elementwise.of(step).or(() -> attention(op));
    if (known.isPresent() || step.inputs().isEmpty()) return known;
    boolean real = step.inputs().getFirst().spec().dtype() == DType.F32;
    return real ? layer(op) : Optional.empty();
  }

  private static Optional<Rule> attention(Op.Custom op) {
    return Optional.ofNullable(
        switch (op) {
          case BlockGate gate ->
              (tasks, in, out) -> Attention.gate(tasks, gate, in, out.getFirst());
          case FlashAttention flash -> (tasks, in, out) -> Attention.flash(tasks, flash, in, out);
          case FlashAttentionBackward back ->
              (tasks, in, out) -> Attention.flashBackward(tasks, back, in, out);
          case MobaAttention moba -> (tasks, in, out) -> Attention.moba(tasks, moba, in, out);
          case MobaAttentionBackward back ->
              (tasks, in, out) -> Attention.mobaBackward(tasks, back, in, out);
          default -> null;
        });
  }

  private static Optional<Rule> layer(Op.Custom op) {
    return Optional.ofNullable(
        switch (op) {
          case RmsNormOp norm -> (tasks, in, out) -> Layers.rmsNorm(tasks, norm, in, out);
          case RmsNormOp.Backward _ -> Layers::rmsNormBackward;
          case LayerNormOp norm -> (tasks, in, out) -> LayerNorms.forward(tasks, norm, in, out);
          case LayerNormOp.Backward _ -> LayerNorms::backward;
          case CrossEntropyOp loss -> (tasks, in, out) -> Layers.crossEntropy(tasks, loss, in, out);
          case CrossEntropyOp.Backward(var loss) ->
              (tasks, in, out) -> Layers.crossEntropyBackward(tasks, loss, in, out.getFirst());
          case Rope rope ->
              (tasks, in, out) -> Layers.rope(tasks, rope, in.getFirst(), out.getFirst());
          case SumOfSquares _ ->
              (tasks, in, out) -> Lines.sumOfSquares(tasks, in.getFirst(), out.getFirst());
          default -> null;
        });
  }
}
