package dev.ashlar.examples.data;

import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;

/**
 * Cuts text into batches. Which windows a step sees depends on the key and the step's number and on
 * nothing else: to go on from a step, its number is all one needs to know.
 *
 * @param count windows per batch
 * @param context bytes per window
 */
public record Batches(byte[] text, int count, int context) {
  /** Checks that a window fits; throws {@link IllegalArgumentException}. */
  public Batches {
    if (count < 1)
      throw new IllegalArgumentException("batches: count must be positive, got " + count);
    if (context < 1) {
      throw new IllegalArgumentException("batches: context must be positive, got " + context);
    }
    if ((long) count * context > Integer.MAX_VALUE - 8) { // what an array holds
      throw new IllegalArgumentException(
          "batches: %,d windows of %,d bytes are more than 2^31 - 9 tokens; take fewer at a time"
              .formatted(count, context));
    }
    if (text.length <= context) {
      throw new IllegalArgumentException(
          "batches: a context of %,d needs %,d bytes of text, got %,d"
              .formatted(context, context + 1L, text.length));
    }
  }

  /**
   * Returns the batch of a step: windows that begin anywhere in the text with equal probability.
   */
  public Batch at(Key key, long step) {
    Key draws = key.fold(step);
    int[] starts = new int[count];
    for (int i = 0; i < count; i++) {
      starts[i] = (int) Math.unsignedMultiplyHigh(draws.bits(i), starts());
    }
    return cut(starts);
  }

  /**
   * Returns batch {@code index} of {@code batches} whose windows lie at equal distances all over
   * the text: always the same ones, to compare losses by.
   */
  public Batch fixed(int index, int batches) {
    if (index < 0 || index >= batches) {
      throw new IndexOutOfBoundsException("batch %d of %d".formatted(index, batches));
    }
    long windows = (long) batches * count;
    int[] starts = new int[count];
    for (int i = 0; i < count; i++) {
      long window = (long) index * count + i;
      starts[i] = windows == 1 ? 0 : (int) ((starts() - 1) * window / (windows - 1));
    }
    return cut(starts);
  }

  /** Returns how many places a window can begin at. */
  private long starts() {
    return text.length - context;
  }

  private Batch cut(int[] starts) {
    int[] inputs = new int[count * context];
    int[] targets = new int[count * context];
    for (int i = 0; i < count; i++) {
      for (int t = 0; t < context; t++) {
        inputs[i * context + t] = text[starts[i] + t] & 0xFF;
        targets[i * context + t] = text[starts[i] + t + 1] & 0xFF;
      }
    }
    return new Batch(Tensor.of(inputs), Tensor.of(targets), count, context);
  }
}
