package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;

/**
 * A gated feed-forward layer: down(silu(gate(x)) · up(x)) (Shazeer, arXiv 2002.05202, equation 6).
 *
 * @param gate in -> hidden
 * @param up in -> hidden
 * @param down hidden -> in
 */
public record SwiGlu(Linear gate, Linear up, Linear down) {
  /** Returns a layer without biases. */
  public static SwiGlu init(Key key, DType dtype, int dim, int hidden) {
    Key[] keys = key.split(3);
    return new SwiGlu(
        Linear.init(keys[0], dtype, dim, hidden),
        Linear.init(keys[1], dtype, dim, hidden),
        Linear.init(keys[2], dtype, hidden, dim));
  }

  /** Returns [..., in] -> [..., in]. */
  public Tensor forward(Tensor x) {
    return down.forward(Interpreter.call(new SwiGluOp(), gate.forward(x), up.forward(x)));
  }
}
