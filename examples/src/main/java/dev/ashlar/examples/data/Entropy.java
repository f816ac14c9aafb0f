package dev.ashlar.examples.data;

/**
 * Yardsticks for a byte model's loss: what two models that only count would reach on the same text,
 * in nats per byte.
 *
 * <p>With counts n over the training part of N bytes, the unigram model gives byte b the
 * probability (n(b) + 1) / (N + 256), and the bigram model gives b after a (n(ab) + 256 ·
 * unigram(b)) / (n(a) + 256) with n(a) the number of pairs that begin with a: counts smoothed by a
 * Dirichlet prior centred on the unigrams (MacKay and Peto, "A hierarchical Dirichlet language
 * model", 1995). The yardstick is the mean of -log(probability) over the validation part; for
 * bigrams, over all of its bytes but the first.
 *
 * @param unigramNats of a model that knows how often each byte occurs
 * @param bigramNats of a model that also knows the byte before
 */
public record Entropy(double unigramNats, double bigramNats) {
  private static final int BYTES = 256;
  private static final double NATS_PER_BIT = Math.log(2);

  /**
   * Counts in one text and measures on another.
   *
   * @throws IllegalArgumentException if the validation part has less than two bytes
   */
  public static Entropy of(byte[] training, byte[] validation) {
    if (validation.length < 2) {
      throw new IllegalArgumentException("entropy: needs at least two bytes of validation text");
    }
    double[] unigram = unigram(training);
    double[][] bigram = bigram(training, unigram);
    double unigramNats = 0;
    double bigramNats = 0;
    for (int i = 0; i < validation.length; i++) {
      int now = validation[i] & 0xFF;
      unigramNats -= Math.log(unigram[now]);
      if (i > 0) bigramNats -= Math.log(bigram[validation[i - 1] & 0xFF][now]);
    }
    return new Entropy(unigramNats / validation.length, bigramNats / (validation.length - 1));
  }

  private static double[] unigram(byte[] text) {
    double[] probabilities = new double[BYTES];
    for (byte b : text) probabilities[b & 0xFF]++;
    for (int b = 0; b < BYTES; b++) {
      probabilities[b] = (probabilities[b] + 1) / (text.length + BYTES);
    }
    return probabilities;
  }

  private static double[][] bigram(byte[] text, double[] unigram) {
    double[][] pairs = new double[BYTES][BYTES];
    double[] firsts = new double[BYTES];
    for (int i = 1; i < text.length; i++) {
      pairs[text[i - 1] & 0xFF][text[i] & 0xFF]++;
      firsts[text[i - 1] & 0xFF]++;
    }
    for (int a = 0; a < BYTES; a++) {
      for (int b = 0; b < BYTES; b++) {
        pairs[a][b] = (pairs[a][b] + BYTES * unigram[b]) / (firsts[a] + BYTES);
      }
    }
    return pairs;
  }

  /** Returns the unigram yardstick in bits per byte. */
  public double unigramBits() {
    return unigramNats / NATS_PER_BIT;
  }

  /** Returns the bigram yardstick in bits per byte. */
  public double bigramBits() {
    return bigramNats / NATS_PER_BIT;
  }
}
