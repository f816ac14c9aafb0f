package dev.ashlar.moba.model;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.nn.Embedding;
import dev.ashlar.autodiff.nn.Linear;
import dev.ashlar.autodiff.nn.Losses;
import dev.ashlar.autodiff.nn.RmsNorm;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A language model of Llama's shape: embedding, layers of attention and SwiGLU behind RMS norms,
 * RoPE, grouped key-value heads. Which attention each layer uses is not part of it: every call
 * takes an {@link AttentionPlan}. Sequences lie one behind the other in [T], as a {@link Packing}
 * says; none sees another.
 *
 * @param head the output head [vocabulary, dim]; null where the embedding's table serves as head
 */
public record Decoder(
    DecoderConfig config,
    Embedding embedding,
    List<DecoderLayer> layers,
    RmsNorm norm,
    @Nullable Linear head) {

  /** Returns a decoder with random parameters, in the innermost {@link TensorScope}. */
  public static Decoder init(DecoderConfig config, Key key, DType dtype) {
    return TensorScope.tidy(() -> DecoderInit.decoder(config, key, dtype));
  }

  /** Returns the logits of the token that follows each: ids I32 [T] -> [T, vocabulary]. */
  public Tensor logits(Tensor ids, Packing packing, AttentionPlan plan) {
    return logits(ids, packing, plan, Recompute.NOTHING);
  }

  /**
   * Returns the logits as {@link #logits(Tensor, Packing, AttentionPlan)} does, to the last bit.
   */
  public Tensor logits(Tensor ids, Packing packing, AttentionPlan plan, Recompute recompute) {
    return readOut(stream(ids, packing, plan, new Training(recompute, null)));
  }

  /**
   * What is done in training alone.
   *
   * @param dropout null for none
   */
  public record Training(Recompute recompute, @Nullable DecoderDropout dropout) {}

  /** Returns what leaves the last layer: ids I32 [T] -> [T, dim]. */
  private Tensor stream(Tensor ids, Packing packing, AttentionPlan plan, Training training) {
    plan.checkLayers(layers.size());
    if (ids.rank() != 1) {
      throw new ShapeException(
          "decoder: ids must be [T], got %s; reshape them, and pack a batch with"
              + " Packing.equal(count, length)",
          ids.shape());
    }
    DecoderDropout dropout = training.dropout();
    Tensor embedded = embedding.forward(ids);
    Tensor stream = dropout == null ? embedded : dropout.at(0, embedded);
    for (int i = 0; i < layers.size(); i++) {
      var core = new PackedAttention(config, packing, plan.layer(i));
      DecoderDropout here = dropout == null ? null : dropout.layer(i);
      stream = layer(new LayerInput(layers.get(i), stream, here), core, training.recompute());
    }
    return stream;
  }

  private static Tensor layer(LayerInput input, SelfAttention.Core core, Recompute recompute) {
    return switch (recompute) {
      case NOTHING -> input.forward(core);
      case LAYERS -> Grad.checkpoint(input, in -> in.forward(core));
    };
  }

  private record LayerInput(DecoderLayer layer, Tensor stream, @Nullable DecoderDropout dropout) {
    Tensor forward(SelfAttention.Core core) {
      return layer.forward(stream, core, dropout);
    }
  }

  /** Returns logits from the stream behind the last layer: [T, dim] -> [T, vocabulary]. */
  Tensor readOut(Tensor stream) {
    return reader().forward(norm.forward(stream));
  }

  /** Returns what makes logits of the normed stream. */
  private Linear reader() {
    return head == null ? new Linear(embedding.weight(), null) : head;
  }

  /** Returns the mean cross-entropy of the targets, in nats: a scalar. */
  public Tensor loss(TokenBatch batch, AttentionPlan plan) {
    return loss(batch, plan, Recompute.NOTHING);
  }

  /**
   * Returns the mean cross-entropy as {@link #loss(TokenBatch, AttentionPlan)} does, to the last
   * bit.
   */
  public Tensor loss(TokenBatch batch, AttentionPlan plan, Recompute recompute) {
    return loss(batch, plan, new Training(recompute, null));
  }

  /** Returns the mean cross-entropy of the targets, in nats, as training wants it. */
  public Tensor loss(TokenBatch batch, AttentionPlan plan, Training training) {
    Tensor stream = stream(batch.inputs(), batch.packing(), plan, training);
    return Losses.linearCrossEntropy(norm.forward(stream), reader(), batch.targets());
  }

  /** Returns the cross-entropy of each target, in nats: [T]. */
  public Tensor losses(TokenBatch batch, AttentionPlan plan) {
    return Losses.crossEntropyPerPosition(
        logits(batch.inputs(), batch.packing(), plan), batch.targets());
  }
}
