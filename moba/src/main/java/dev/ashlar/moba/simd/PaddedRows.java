package dev.ashlar.moba.simd;

import dev.ashlar.moba.Packing;

/**
 * Where rows of packed sequences go when each sequence is padded to eights, so that blocks of eight
 * rows never reach into the next sequence.
 *
 * @param starts the first place of each sequence
 * @param places the place of each row
 * @param count the number of places
 */
record PaddedRows(int[] starts, int[] places, int count) {
  static PaddedRows of(Packing packing) {
    int[] starts = new int[packing.sequences()];
    int[] places = new int[packing.total()];
    int count = 0;
    for (int s = 0; s < starts.length; s++) {
      starts[s] = count;
      for (int i = 0; i < packing.length(s); i++) places[packing.start(s) + i] = count + i;
      count += (int) roundedUp(packing.length(s));
    }
    return new PaddedRows(starts, places, count);
  }

  /** Returns the number of places, which may be more than an array has. */
  static long count(Packing packing) {
    long count = 0;
    for (int s = 0; s < packing.sequences(); s++) count += roundedUp(packing.length(s));
    return count;
  }

  private static long roundedUp(int length) {
    return Math.ceilDiv((long) length, Products.ROWS) * Products.ROWS;
  }
}
