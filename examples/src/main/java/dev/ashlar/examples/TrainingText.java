package dev.ashlar.examples;

import dev.ashlar.examples.data.Corpus;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The text of a run.
 *
 * @param training what to learn from
 * @param validation what to be judged by
 * @param hash SHA-256 of both, so that a resumed run finds the text it had
 */
record TrainingText(byte[] training, byte[] validation, String hash) {
  /** Splits a corpus; throws IllegalArgumentException if it is too short for the context. */
  static TrainingText of(Corpus corpus, int context) {
    Corpus.Split split = corpus.split(context);
    return new TrainingText(split.training(), split.validation(), hash(split));
  }

  private static String hash(Corpus.Split split) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(split.training());
      digest.update(split.validation());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
