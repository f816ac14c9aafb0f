package dev.ashlar.moba.model;

import dev.ashlar.autodiff.nn.RmsNorm;
import dev.ashlar.autodiff.nn.SwiGlu;
import dev.ashlar.tensor.Tensor;

/**
 * One layer: attention, then a feed-forward part, each reading a normalised stream [T, dim] and
 * adding to it.
 */
public record DecoderLayer(
    RmsNorm attentionNorm, SelfAttention attention, RmsNorm feedForwardNorm, SwiGlu feedForward) {

  /** Returns the stream behind this layer: [T, dim] -> [T, dim]. */
  Tensor forward(Tensor stream, SelfAttention.Core core) {
    Tensor attended = stream.plus(attention.forward(attentionNorm.forward(stream), core));
    return attended.plus(feedForward.forward(feedForwardNorm.forward(attended)));
  }
}
