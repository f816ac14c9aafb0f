package dev.ashlar.moba.model;

import dev.ashlar.moba.Moba;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.Rope;
import dev.ashlar.tensor.Tensor;

/** Attention of whole sequences, each from its first token on: what training and prefill use. */
record PackedAttention(DecoderConfig config, Packing packing, AttentionKind kind)
    implements SelfAttention.Core {

  @Override
  public Tensor attend(Tensor query, Tensor key, Tensor value) {
    Tensor turnedQuery = Rope.rotate(config.split(query), packing, config.ropeTheta());
    Tensor turnedKey = Rope.rotate(config.split(key), packing, config.ropeTheta());
    return attendTurned(turnedQuery, turnedKey, config.split(value));
  }

  /** Attends, positions already turned in: query [T, H, D], key and value [T, G, D] -> [T, H·D]. */
  Tensor attendTurned(Tensor query, Tensor key, Tensor value) {
    Tensor gathered =
        switch (kind) {
          case AttentionKind.Full _ -> Moba.dense(query, key, value, packing);
          case AttentionKind.Moba(var moba) -> Moba.attention(query, key, value, packing, moba);
        };
    return config.merge(gathered);
  }
}
