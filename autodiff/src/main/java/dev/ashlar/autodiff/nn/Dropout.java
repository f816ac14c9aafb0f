package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.KeyTensor;
import dev.ashlar.tensor.Tensor;

/**
 * Puts zeros in random places and scales the rest so that the mean stays (Srivastava et al., JMLR
 * 2014). For evaluation, leave it out.
 *
 * @param rate the probability of a zero
 */
public record Dropout(double rate) {
  /** Checks the rate. */
  public Dropout {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "dropout: rate must lie in 0 .. 1 (1 excluded), got " + rate);
    }
  }

  /** Returns x with zeros where the key says; equal keys and shapes give equal places. */
  public Tensor forward(Key key, Tensor x) {
    return rate == 0 ? x : forward(KeyTensor.of(key), x);
  }

  /**
   * Returns x with zeros where the key says. A key that is a tensor lets one {@link
   * dev.ashlar.tensor.program.Program} drop other places every time it runs.
   */
  public Tensor forward(KeyTensor key, Tensor x) {
    if (rate == 0) return x;
    Tensor kept = Tensor.dropoutMask(key, 1 - rate, x.shape().dims());
    return kept.where(x.div(1 - rate), Tensor.zeros(x.dtype()));
  }
}
