package dev.ashlar.moba.model;

import dev.ashlar.autodiff.nn.RmsNorm;
import dev.ashlar.autodiff.nn.SwiGlu;
import dev.ashlar.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One layer: attention, then a feed-forward part, each reading a normalised stream [T, dim] and
 * adding to it.
 */
public record DecoderLayer(
    RmsNorm attentionNorm, SelfAttention attention, RmsNorm feedForwardNorm, SwiGlu feedForward) {

  /** Returns the stream behind this layer: [T, dim] -> [T, dim]. */
  Tensor forward(Tensor stream, SelfAttention.Core core) {
    return forward(stream, core, null);
  }

  /** Returns the stream behind this layer with dropout of what it adds: [T, dim] -> [T, dim]. */
  Tensor forward(Tensor stream, SelfAttention.Core core, @Nullable DecoderDropout dropout) {
    Tensor gathered = attention.forward(attentionNorm.forward(stream), core);
    Tensor attended = stream.plus(dropout == null ? gathered : dropout.at(0, gathered));
    Tensor fed = feedForward.forward(feedForwardNorm.forward(attended));
    return attended.plus(dropout == null ? fed : dropout.at(1, fed));
  }
}
