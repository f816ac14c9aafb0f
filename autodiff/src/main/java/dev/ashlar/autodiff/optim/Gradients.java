package dev.ashlar.autodiff.optim;

import java.util.List;

/** Sums of gradients, as accumulation over several batches needs them. */
public final class Gradients {
  private Gradients() {}

  /**
   * Returns a structure like {@code model} with zeros in the place of its floating-point tensors,
   * to accumulate in:
   *
   * <pre>{@code
   * var total = Gradients.zeros(model);
   * for (Batch part : parts) {
   *   try (var scope = TensorScope.open()) {
   *     total = Gradients.accumulate(total, Grad.grad(model, m -> m.loss(part)), 1.0 / parts.size());
   *   }
   * }
   * }</pre>
   */
  public static <M> M zeros(M model) {
    return Updates.zeros(model);
  }

  /**
   * Returns total + weight · more, in the memory of {@code total}, which cannot be used afterwards.
   * Sums are taken in the order of the calls.
   *
   * @param total made by {@link #zeros}, or by this method
   */
  public static <M> M accumulate(M total, M more, double weight) {
    var op = new AccumulateStep(weight);
    return Updates.apply("accumulate", List.of(total, more), 1, (_, _) -> op).getFirst();
  }
}
