package dev.ashlar.tensor.simd.index;

import dev.ashlar.tensor.simd.blocks.Scratch;
import java.util.Arrays;

/** Orders the places of a line by its keys; of equal ones the first place comes first. */
final class Ranks {
  private static final long UPPER = 0xFFFF_FFFFL << 32;

  /** The most places that are kept in order while a line is looked through. */
  private static final int FEW = 16;

  private final long[] keys;
  private final int size;
  private final boolean wide;
  private final long[] ranks;
  private final long[] least = new long[FEW];
  private int start;

  /** Orders lines of {@code size} keys each; {@code wide} says whether lower halves count, too. */
  Ranks(long[] keys, int size, boolean wide) {
    this.keys = keys;
    this.size = size;
    this.wide = wide;
    this.ranks = Scratch.own().ranks(size);
  }

  /**
   * Returns the places of the least keys in order, of the line whose keys begin at {@code from}: in
   * lower halves, until the next call.
   */
  long[] first(int wanted, int from) {
    start = from;
    if (wanted <= FEW && wanted <= size / 2) insert(wanted);
    else select(wanted, (int) Math.min(size, 2L * wanted));
    return ranks;
  }

  private void insert(int wanted) {
    for (int i = 0; i < wanted; i++) insert(i, i);
    long limit = least[wanted - 1];
    for (int i = wanted; i < size; i++) {
      if (keys[start + i] >= limit) continue;
      insert(i, wanted - 1);
      limit = least[wanted - 1];
    }
  }

  /** Puts a place before those of greater keys among {@code count}; the next, if any, is lost. */
  private void insert(int place, int count) {
    long key = keys[start + place];
    int at = count;
    for (; at > 0 && least[at - 1] > key; at--) {
      least[at] = least[at - 1];
      ranks[at] = ranks[at - 1];
    }
    least[at] = key;
    ranks[at] = place;
  }

  /**
   * Gathers places of keys below the last one wanted so far, and sorts them with those wanted
   * whenever there are {@code most}.
   */
  private void select(int wanted, int most) {
    for (int i = 0; i < most; i++) ranks[i] = i;
    sort(most);
    if (most == size) return;
    int count = wanted;
    long limit = key(wanted - 1);
    for (int i = most; i < size; i++) {
      if (keys[start + i] >= limit) continue;
      ranks[count++] = i;
      if (count < most) continue;
      sort(count);
      count = wanted;
      limit = key(wanted - 1);
    }
    sort(count);
  }

  private long key(int rank) {
    return keys[start + (int) ranks[rank]];
  }

  /**
   * Sorts longs of a key's upper half and a place: no two are alike, so that the order is a stable
   * one.
   */
  private void sort(int count) {
    for (int i = 0; i < count; i++) {
      int place = (int) ranks[i];
      ranks[i] = keys[start + place] & UPPER | place;
    }
    Arrays.sort(ranks, 0, count);
    if (wide) sortEquals(count);
  }

  /** Sorts places whose keys' upper halves are equal by the lower ones. */
  private void sortEquals(int count) {
    int from = 0;
    for (int i = 1; i <= count; i++) {
      if (i < count && ((ranks[i] ^ ranks[from]) & UPPER) == 0) continue;
      if (i - from > 1) sortByLower(from, i);
      from = i;
    }
  }

  private void sortByLower(int from, int to) {
    for (int i = from; i < to; i++) {
      int place = (int) ranks[i];
      // The sign is turned: lower halves have none.
      ranks[i] = keys[start + place] << 32 ^ Long.MIN_VALUE | place;
    }
    Arrays.sort(ranks, from, to);
  }
}
