package dev.ashlar.gpu;

import dev.ashlar.moba.BlockGate;
import dev.ashlar.moba.FlashAttention;
import dev.ashlar.moba.FlashAttentionBackward;
import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.MobaAttentionBackward;
import dev.ashlar.tensor.Op;
import java.util.Optional;

/** The fused operations of layers, optimizers and attention that have device kernels. */
final class CustomRules {
  private CustomRules() {}

  /** Returns how an operation becomes tasks, or empty where no kernel computes it. */
  static Optional<Rule> of(Op.Custom op) {
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
}
