package dev.ashlar.moba.model;

import dev.ashlar.autodiff.nn.Embedding;
import dev.ashlar.autodiff.nn.Init;
import dev.ashlar.autodiff.nn.Linear;
import dev.ashlar.autodiff.nn.RmsNorm;
import dev.ashlar.autodiff.nn.SwiGlu;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Draws the parameters a {@link Decoder} begins with. */
final class DecoderInit {
  private final DecoderConfig config;
  private final DType dtype;

  private DecoderInit(DecoderConfig config, DType dtype) {
    this.config = config;
    this.dtype = dtype;
  }

  static Decoder decoder(DecoderConfig config, Key key, DType dtype) {
    var init = new DecoderInit(config, dtype);
    Key[] keys = key.split(3);
    // Logits of about unit size: the norm before the head has unit entries, dim of them.
    double deviation = 1 / Math.sqrt(config.dim());
    Tensor table = init.normal(keys[0], deviation, config.vocabulary(), config.dim());
    @Nullable Linear head =
        config.tiedHead()
            ? null
            : new Linear(init.normal(keys[2], deviation, config.vocabulary(), config.dim()), null);
    List<DecoderLayer> layers =
        IntStream.range(0, config.layers()).mapToObj(i -> init.layer(keys[1].fold(i))).toList();
    return new Decoder(config, new Embedding(table), layers, init.norm(), head);
  }

  private DecoderLayer layer(Key key) {
    Key[] keys = key.split(7);
    int dim = config.dim();
    int queries = config.heads() * config.headDim();
    int groups = config.kvHeads() * config.headDim();
    var attention =
        new SelfAttention(
            linear(keys[0], dim, queries),
            linear(keys[1], dim, groups),
            linear(keys[2], dim, groups),
            outward(keys[3], queries));
    var feedForward =
        new SwiGlu(
            linear(keys[4], dim, config.hidden()),
            linear(keys[5], dim, config.hidden()),
            outward(keys[6], config.hidden()));
    return new DecoderLayer(norm(), attention, norm(), feedForward);
  }

  private RmsNorm norm() {
    return new RmsNorm(Tensor.ones(dtype, config.dim()), config.normEps());
  }

  private Linear linear(Key key, int in, int out) {
    return new Linear(normal(key, 1 / Math.sqrt(in), out, in), null);
  }

  /**
   * Returns a projection back into the stream, small as GPT-2's: the stream adds up 2 · layers of
   * them.
   */
  private Linear outward(Key key, int in) {
    double deviation = 1 / Math.sqrt(2.0 * config.layers() * in);
    return new Linear(normal(key, deviation, config.dim(), in), null);
  }

  private Tensor normal(Key key, double deviation, int... dims) {
    return Init.normal(key, dtype, deviation, dims);
  }
}
