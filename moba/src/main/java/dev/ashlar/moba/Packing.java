package dev.ashlar.moba;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Where sequences lie that are packed one after another along one axis: sequence i is the rows
 * {@code cuSeqlens[i]} (inclusive) to {@code cuSeqlens[i + 1]} (exclusive). Empty sequences are
 * legal and contribute nothing.
 *
 * @param cuSeqlens cumulative lengths: first 0, never decreasing, one more than there are sequences
 */
public record Packing(List<Integer> cuSeqlens) {
  /** Checks the offsets; throws {@link IllegalArgumentException} naming the first wrong one. */
  public Packing {
    cuSeqlens = List.copyOf(cuSeqlens);
    if (cuSeqlens.isEmpty() || cuSeqlens.getFirst() != 0) {
      throw new IllegalArgumentException("packing: cuSeqlens must begin with 0, got " + cuSeqlens);
    }
    for (int i = 1; i < cuSeqlens.size(); i++) {
      if (cuSeqlens.get(i) < cuSeqlens.get(i - 1)) {
        throw new IllegalArgumentException(
            "packing: cuSeqlens must not decrease, but number %d is %d after %d"
                .formatted(i, cuSeqlens.get(i), cuSeqlens.get(i - 1)));
      }
    }
  }

  /**
   * Returns the packing of sequences of these lengths.
   *
   * @throws IllegalArgumentException if one is negative or they add up to more than 2^31 - 1
   */
  public static Packing of(int... lengths) {
    List<Integer> offsets = new ArrayList<>(lengths.length + 1);
    long at = 0;
    offsets.add(0);
    for (int length : lengths) {
      if (length < 0) {
        throw new IllegalArgumentException(
            "packing: lengths must not be negative, got " + Arrays.toString(lengths));
      }
      at += length;
      if (at > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("packing: more than 2^31 - 1 tokens in all");
      }
      offsets.add((int) at);
    }
    return new Packing(offsets);
  }

  /** Returns the packing of {@code count} sequences of one length. */
  public static Packing equal(int count, int length) {
    if (count < 0) {
      throw new IllegalArgumentException("packing: count must not be negative, got " + count);
    }
    return of(Collections.nCopies(count, length).stream().mapToInt(n -> n).toArray());
  }

  /** Returns the number of sequences. */
  public int sequences() {
    return cuSeqlens.size() - 1;
  }

  /** Returns the number of tokens of all sequences. */
  public int total() {
    return cuSeqlens.getLast();
  }

  /** Returns the first row of a sequence. */
  public int start(int sequence) {
    return cuSeqlens.get(sequence);
  }

  /** Returns the row after the last of a sequence. */
  public int end(int sequence) {
    return cuSeqlens.get(sequence + 1);
  }

  /** Returns the number of tokens of a sequence. */
  public int length(int sequence) {
    return end(sequence) - start(sequence);
  }

  /** Returns the length of the longest sequence; 0 if there is none. */
  public int maxLength() {
    int longest = 0;
    for (int i = 0; i < sequences(); i++) longest = Math.max(longest, length(i));
    return longest;
  }

  /** Returns, for every row, the first row of its sequence [T]. */
  public int[] startOfRow() {
    int[] starts = new int[total()];
    for (int i = 0; i < sequences(); i++) Arrays.fill(starts, start(i), end(i), start(i));
    return starts;
  }

  /** Returns, for every row, its position in its sequence [T]. */
  public int[] positions() {
    int[] positions = startOfRow();
    for (int row = 0; row < positions.length; row++) positions[row] = row - positions[row];
    return positions;
  }

  /**
   * Checks that a tensor [T, ...] has a row for every token.
   *
   * @throws ShapeException naming {@code op}, {@code what}, the shape and the packing's total
   */
  public void fits(String op, String what, Shape shape) {
    if (shape.rank() == 0 || shape.dim(0) != total()) {
      throw new ShapeException(
          "%s: %s %s must have %d rows, one for each token of the packing's %d sequences; pass the"
              + " Packing that these rows were packed with",
          op, what, shape, total(), sequences());
    }
  }
}
