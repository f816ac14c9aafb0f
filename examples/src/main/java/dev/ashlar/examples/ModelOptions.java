package dev.ashlar.examples;

import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.model.AttentionPlan;
import dev.ashlar.moba.model.AttentionSchedule;
import dev.ashlar.moba.model.DecoderConfig;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** The options that say what is trained. */
final class ModelOptions {
  /** Every byte is a token. */
  static final int VOCABULARY = 256;

  /** A weight and AdamW's two moments of it, of F32. */
  static final int BYTES_OF_A_PARAMETER = 3 * Float.BYTES;

  private static final int WIDEST = Integer.MAX_VALUE / 8; // 8/3 of it is computed in int

  @Option(
      names = "--attention",
      paramLabel = "KIND",
      defaultValue = "moba",
      converter = AttentionChoice.Converter.class,
      description = "full, moba, or hybrid: moba with the last layers full (${DEFAULT-VALUE})")
  AttentionChoice attention = AttentionChoice.MOBA;

  @Option(
      names = "--block-size",
      paramLabel = "N",
      defaultValue = "32",
      converter = OptionValues.Positive.class,
      description = "tokens of a MoBA block (${DEFAULT-VALUE})")
  int blockSize;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      defaultValue = "3",
      converter = OptionValues.Positive.class,
      description = "blocks a token attends to, its own one included (${DEFAULT-VALUE})")
  int topK;

  @Option(
      names = "--full-layers",
      paramLabel = "N",
      defaultValue = "1",
      converter = OptionValues.Positive.class,
      description = "how many of the last layers are full in a hybrid (${DEFAULT-VALUE})")
  int fullLayers;

  @Option(
      names = "--full-from",
      paramLabel = "F",
      defaultValue = "1",
      converter = OptionValues.Fraction.class,
      description =
          "fraction of the steps after which all layers are full, such as 0.9; 1 is never"
              + " (${DEFAULT-VALUE})")
  double fullFrom;

  @Option(
      names = "--context",
      paramLabel = "N",
      defaultValue = "256",
      converter = OptionValues.Positive.class,
      description = "tokens of a sequence (${DEFAULT-VALUE})")
  int context;

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "4",
      converter = OptionValues.Positive.class,
      description = "layers (${DEFAULT-VALUE})")
  int layers;

  @Option(
      names = "--dim",
      paramLabel = "N",
      defaultValue = "192",
      converter = OptionValues.Positive.class,
      description = "width of the stream between layers, a multiple of --heads (${DEFAULT-VALUE})")
  int dim;

  @Option(
      names = "--heads",
      paramLabel = "N",
      defaultValue = "6",
      converter = OptionValues.Positive.class,
      description = "query heads (${DEFAULT-VALUE})")
  int heads;

  @Option(
      names = "--kv-heads",
      paramLabel = "N",
      defaultValue = "2",
      converter = OptionValues.Positive.class,
      description = "key-value heads, a divisor of --heads (${DEFAULT-VALUE})")
  int kvHeads;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "0",
      converter = OptionValues.NotNegative.class,
      description = "width inside the feed-forward part; 0 is 8/3 of --dim (${DEFAULT-VALUE})")
  int hidden;

  @Option(
      names = "--rope-theta",
      paramLabel = "X",
      defaultValue = "10000",
      converter = OptionValues.PositiveReal.class,
      description = "base of the wave lengths of rotary positions (${DEFAULT-VALUE})")
  double ropeTheta;

  @Option(
      names = "--tied",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "whether the embedding is also the output head (${DEFAULT-VALUE})")
  boolean tied;

  /** Throws IllegalArgumentException naming the first option that does not suit the others. */
  void check() {
    require(dim <= WIDEST, "--dim %d is too wide; give at most %d".formatted(dim, WIDEST));
    require(
        dim % heads == 0,
        "--dim %d is not a multiple of --heads %d; %d would be".formatted(dim, heads, up(dim)));
    require(
        dim / heads % 2 == 0,
        "--dim %d over --heads %d makes heads of odd size %d; choose them so that it is even"
            .formatted(dim, heads, dim / heads));
    require(
        heads % kvHeads == 0,
        "--kv-heads %d does not divide --heads %d; of %s each would"
            .formatted(kvHeads, heads, divisors(heads)));
    require(
        attention != AttentionChoice.HYBRID || fullLayers <= layers,
        "--full-layers %d is more than --layers %d; give at most that many"
            .formatted(fullLayers, layers));
  }

  /** Returns how many bytes training holds all the time, at least; of any sizes, in double. */
  double memoryBytes() {
    double inner = decoder().hidden();
    double layer = 2.0 * dim * dim * (1 + (double) kvHeads / heads) + 3.0 * dim * inner + 2.0 * dim;
    double table = (double) VOCABULARY * dim;
    return BYTES_OF_A_PARAMETER * (layers * layer + dim + (tied ? 1 : 2) * table);
  }

  private static List<Integer> divisors(int number) {
    return IntStream.rangeClosed(1, number).filter(d -> number % d == 0).boxed().toList();
  }

  private long up(int size) {
    return Math.ceilDiv(size, 2L * heads) * 2 * heads;
  }

  /** Returns the sizes of the decoder. */
  DecoderConfig decoder() {
    DecoderConfig config =
        DecoderConfig.of(VOCABULARY, dim, layers, heads)
            .withKvHeads(kvHeads)
            .withContext(context)
            .withRopeTheta(ropeTheta)
            .withTiedHead(tied);
    return hidden == 0 ? config : config.withHidden(hidden);
  }

  /** Returns which attention holds in which layer and when. */
  AttentionSchedule schedule() {
    var config = new MobaConfig(blockSize, topK);
    AttentionPlan full = AttentionPlan.full(layers);
    var schedule =
        AttentionSchedule.of(
            switch (attention) {
              case FULL -> full;
              case MOBA -> AttentionPlan.moba(layers, config);
              case HYBRID -> AttentionPlan.hybrid(layers, config, fullLayers);
            });
    if (fullFrom == 0) return AttentionSchedule.of(full);
    return fullFrom < 1 ? schedule.then(fullFrom, full) : schedule;
  }

  /** Returns the attention in words, for the log. */
  String describeAttention() {
    String blocks = "%d tokens a block, top %d".formatted(blockSize, topK);
    String start =
        switch (attention) {
          case FULL -> "full";
          case MOBA -> "moba (%s)".formatted(blocks);
          case HYBRID ->
              "moba (%s), the last %s full"
                  .formatted(blocks, fullLayers == 1 ? "layer" : fullLayers + " layers");
        };
    return fullFrom < 1 ? "%s; all full from %s of the steps".formatted(start, fullFrom) : start;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) throw new IllegalArgumentException(otherwise);
  }
}
