package dev.ashlar.moba.model;

import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** Small decoders, batches and plans. */
final class Models {
  static final MobaConfig BLOCKS = new MobaConfig(4, 2);

  private Models() {}

  static DecoderConfig config() {
    return DecoderConfig.of(11, 8, 2, 2)
        .withKvHeads(1)
        .withHeadDim(6)
        .withHidden(12)
        .withContext(32);
  }

  static Decoder decoder(DecoderConfig config, DType dtype) {
    return Decoder.init(config, Key.of(5), dtype);
  }

  /** Returns the plans of two layers by name, as test parameters. */
  static List<AttentionPlan> plans() {
    return List.of(
        AttentionPlan.full(2), AttentionPlan.moba(2, BLOCKS), AttentionPlan.hybrid(2, BLOCKS, 1));
  }

  /** Returns {@code count} ids drawn from a vocabulary. */
  static int[] ids(Key key, int count, int vocabulary) {
    return IntStream.range(0, count).map(i -> (int) (key.uniform(i) * vocabulary)).toArray();
  }

  static TokenBatch batch(DecoderConfig config, int... lengths) {
    Packing packing = Packing.of(lengths);
    Key[] keys = Key.of(17).split(2);
    return new TokenBatch(
        Tensor.of(ids(keys[0], packing.total(), config.vocabulary())),
        Tensor.of(ids(keys[1], packing.total(), config.vocabulary())),
        packing);
  }
}
