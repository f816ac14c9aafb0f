package dev.ashlar.moba.model;

import dev.ashlar.autodiff.nn.Dropout;
import dev.ashlar.tensor.KeyTensor;
import dev.ashlar.tensor.Tensor;

/**
 * Dropout of a {@link Decoder} in training: of the embedded tokens, and of what attention and
 * feed-forward part add to the stream (Vaswani et al., arXiv 1706.03762, section 5.4).
 *
 * @param rate the probability of a zero
 * @param key what decides where the zeros are; another one for every step
 */
public record DecoderDropout(double rate, KeyTensor key) {
  /** Checks the rate; throws IllegalArgumentException. */
  public DecoderDropout {
    rate = new Dropout(rate).rate();
  }

  /** Returns x with zeros at place {@code number} of the model. */
  Tensor at(int number, Tensor x) {
    return new Dropout(rate).forward(key.fold(number), x);
  }

  /** Returns the dropout of a layer. */
  DecoderDropout layer(int index) {
    return new DecoderDropout(rate, key.fold(1L + index));
  }
}
