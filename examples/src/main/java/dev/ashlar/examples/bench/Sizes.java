package dev.ashlar.examples.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What is measured.
 *
 * @param effort how long
 * @param squares rows of the square matrices
 * @param rows tokens that the products of a model are about
 * @param attention lengths for dense attention
 * @param moba lengths for block attention beside dense attention
 * @param ops floats in the tensors of elementwise work, norms, losses and the like
 * @param step the decoder to train
 */
record Sizes(
    Effort effort,
    List<Integer> squares,
    int rows,
    List<Integer> attention,
    List<Integer> moba,
    List<Integer> ops,
    Step step) {
  /** A decoder: layers, width (in heads of 64 numbers), sequences, their length, vocabulary. */
  record Step(int layers, int dim, int heads, int batch, int context, int vocabulary) {}

  private static final Step SMALL = new Step(4, 256, 4, 4, 512, 4096);

  /** Returns the usual sizes, with sequences up to a length. */
  static Sizes full(int longest) {
    return new Sizes(
        Effort.FULL,
        List.of(256, 512, 1024, 2048),
        2048,
        doubling(1024, Math.min(longest, 8192)),
        doubling(2048, longest),
        List.of(1 << 19, 1 << 24),
        SMALL);
  }

  /** Returns sizes that take less than a minute on a slow machine. */
  static Sizes quick(int longest) {
    return new Sizes(
        Effort.QUICK,
        List.of(256, 512),
        512,
        doubling(1024, Math.min(longest, 2048)),
        doubling(4096, Math.min(longest, 4096)),
        List.of(1 << 19),
        SMALL);
  }

  private static List<Integer> doubling(int from, int to) {
    return IntStream.iterate(from, n -> n <= to, n -> 2 * n).boxed().toList();
  }
}
