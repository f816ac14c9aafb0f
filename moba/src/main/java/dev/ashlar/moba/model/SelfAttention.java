package dev.ashlar.moba.model;

import dev.ashlar.autodiff.nn.Linear;
import dev.ashlar.tensor.Tensor;

/**
 * The four projections around attention: query [H·D, dim], key and value [G·D, dim], output [dim,
 * H·D].
 */
public record SelfAttention(Linear query, Linear key, Linear value, Linear output) {
  /** What happens between the projections. */
  @FunctionalInterface
  interface Core {
    /** Returns what each query gathers: query [T, H·D], key and value [T, G·D] -> [T, H·D]. */
    Tensor attend(Tensor query, Tensor key, Tensor value);
  }

  /** Returns what each token gathers from those before it: [T, dim] -> [T, dim]. */
  Tensor forward(Tensor x, Core core) {
    return output.forward(core.attend(query.forward(x), key.forward(x), value.forward(x)));
  }
}
