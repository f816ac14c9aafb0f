package dev.ashlar.moba.model;

import dev.ashlar.tensor.Tensor;

/**
 * The sizes of a {@link Decoder}. Begin with {@link #of} and change what should differ, as in
 * {@code DecoderConfig.of(256, 192, 4, 6).withKvHeads(2).withTiedHead(true)}.
 *
 * @param vocabulary how many different tokens there are
 * @param dim the width of the stream between the layers
 * @param layers how many layers
 * @param heads how many query heads (H)
 * @param kvHeads how many key-value heads (G), which divides {@code heads}
 * @param headDim the size of one head (D), even because RoPE turns pairs
 * @param hidden the width inside the feed-forward part
 * @param context the length of the sequences the model is trained on
 * @param ropeTheta the base of RoPE's wave lengths
 * @param normEps what keeps RMS norm from dividing by 0
 * @param tiedHead whether the output head is the embedding table
 */
public record DecoderConfig(
    int vocabulary,
    int dim,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int hidden,
    int context,
    double ropeTheta,
    double normEps,
    boolean tiedHead) {

  /** Checks the sizes; throws IllegalArgumentException naming the size and the remedy. */
  public DecoderConfig {
    positive("vocabulary", vocabulary);
    positive("dim", dim);
    positive("layers", layers);
    positive("heads", heads);
    positive("kvHeads", kvHeads);
    positive("headDim", headDim);
    positive("hidden", hidden);
    positive("context", context);
    require(
        heads % kvHeads == 0, "kvHeads must divide heads (%d), got %d".formatted(heads, kvHeads));
    require(headDim % 2 == 0, "headDim must be even (RoPE turns pairs), got " + headDim);
    require(
        ropeTheta > 0 && Double.isFinite(ropeTheta),
        "ropeTheta must be positive, got " + ropeTheta);
    require(normEps > 0 && Double.isFinite(normEps), "normEps must be positive, got " + normEps);
    require(
        (long) heads * headDim <= Integer.MAX_VALUE,
        "heads (%d) of headDim (%d) exceed 2^31 - 1 numbers a row; take fewer or smaller ones"
            .formatted(heads, headDim));
    double layer = dim * (2.0 * headDim * ((double) heads + kvHeads) + 3.0 * hidden + 2);
    double parameters = layers * layer + 2.0 * vocabulary * dim + dim;
    require(
        parameters < 0x1p62,
        "layers (%d), dim (%d), hidden (%d) and vocabulary (%d) make %.1e parameters; take smaller"
                .formatted(layers, dim, hidden, vocabulary, parameters)
            + " sizes");
  }

  /**
   * Returns a configuration with usual proportions: as many key-value heads as heads, heads that
   * share {@code dim} evenly, 8/3 of {@code dim} inside the feed-forward part, an untied head.
   */
  public static DecoderConfig of(int vocabulary, int dim, int layers, int heads) {
    positive("dim", dim);
    positive("heads", heads);
    require(dim % heads == 0, "dim must be a multiple of heads (%d), got %d".formatted(heads, dim));
    // 8/3 keeps SwiGLU's three matrices as large as the two of a plain layer (Shazeer, arXiv
    // 2002.05202).
    long hidden = Math.ceilDiv(Math.ceilDiv(8L * dim, 3L), 32L) * 32;
    require(
        hidden <= Integer.MAX_VALUE,
        "8/3 of dim (%d) exceed 2^31 - 1; take a smaller one".formatted(dim));
    return new DecoderConfig(
        vocabulary, dim, layers, heads, heads, dim / heads, (int) hidden, 256, 10_000, 1e-5, false);
  }

  /** Returns how many parameters a decoder of these sizes has. */
  public long parameters() {
    long attention = 2L * dim * headDim * ((long) heads + kvHeads);
    long layer = attention + 3L * dim * hidden + 2L * dim;
    return layers * layer + dim + (tiedHead ? 1 : 2) * (long) vocabulary * dim;
  }

  /** Returns these sizes with another number of key-value heads. */
  public DecoderConfig withKvHeads(int count) {
    return new DecoderConfig(
        vocabulary,
        dim,
        layers,
        heads,
        count,
        headDim,
        hidden,
        context,
        ropeTheta,
        normEps,
        tiedHead);
  }

  /** Returns these sizes with another head size. */
  public DecoderConfig withHeadDim(int size) {
    return new DecoderConfig(
        vocabulary,
        dim,
        layers,
        heads,
        kvHeads,
        size,
        hidden,
        context,
        ropeTheta,
        normEps,
        tiedHead);
  }

  /** Returns these sizes with another width inside the feed-forward part. */
  public DecoderConfig withHidden(int width) {
    return new DecoderConfig(
        vocabulary,
        dim,
        layers,
        heads,
        kvHeads,
        headDim,
        width,
        context,
        ropeTheta,
        normEps,
        tiedHead);
  }

  /** Returns these sizes with another training length. */
  public DecoderConfig withContext(int length) {
    return new DecoderConfig(
        vocabulary,
        dim,
        layers,
        heads,
        kvHeads,
        headDim,
        hidden,
        length,
        ropeTheta,
        normEps,
        tiedHead);
  }

  /** Returns these sizes with another base of RoPE's wave lengths. */
  public DecoderConfig withRopeTheta(double theta) {
    return new DecoderConfig(
        vocabulary,
        dim,
        layers,
        heads,
        kvHeads,
        headDim,
        hidden,
        context,
        theta,
        normEps,
        tiedHead);
  }

  /** Returns these sizes with another constant inside RMS norm's root. */
  public DecoderConfig withNormEps(double eps) {
    return new DecoderConfig(
        vocabulary,
        dim,
        layers,
        heads,
        kvHeads,
        headDim,
        hidden,
        context,
        ropeTheta,
        eps,
        tiedHead);
  }

  /** Returns these sizes with the head tied to the embedding, or not. */
  public DecoderConfig withTiedHead(boolean tied) {
    return new DecoderConfig(
        vocabulary,
        dim,
        layers,
        heads,
        kvHeads,
        headDim,
        hidden,
        context,
        ropeTheta,
        normEps,
        tied);
  }

  /** Returns heads side by side as an axis of their own: [T, n·D] -> [T, n, D]. */
  Tensor split(Tensor x) {
    return x.reshape(x.dim(0), x.dim(1) / headDim, headDim);
  }

  /** Returns heads side by side: [T, H, D] -> [T, H·D]. */
  Tensor merge(Tensor x) {
    return x.reshape(x.dim(0), heads * headDim);
  }

  private static void positive(String name, int value) {
    require(value > 0, name + " must be positive, got " + value);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) throw new IllegalArgumentException("decoder: " + otherwise);
  }
}
