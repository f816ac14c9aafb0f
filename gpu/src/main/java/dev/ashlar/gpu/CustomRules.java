package dev.ashlar.gpu;

import dev.ashlar.tensor.Op;
import java.util.Optional;

/** The fused operations of layers, optimizers and attention that have device kernels. */
final class CustomRules {
  private CustomRules() {}

  /** Returns how an operation becomes tasks, or empty where no kernel computes it. */
  static Optional<Rule> of(Op.Custom op) {
    return Optional.ofNullable(
        switch (op) {
          default -> null;
        });
  }
}
