package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;

import dev.ashlar.moba.Packing;

/**
 * Where rows of packed sequences go when each sequence, or each of its blocks, is padded, so that
 * what works on several rows at once never reaches into the next.
 *
 * @param starts the first place of each sequence
 * @param places the place of each row
 * @param count the number of places
 */
record PaddedRows(int[] starts, int[] places, int count) {
  /** Returns places for sequences padded to eights. */
  static PaddedRows of(Packing packing) {
    int[] starts = new int[packing.sequences()];
    int[] places = new int[packing.total()];
    int count = 0;
    for (int s = 0; s < starts.length; s++) {
      starts[s] = count;
      for (int i = 0; i < packing.length(s); i++) places[packing.start(s) + i] = count + i;
      count += (int) roundedUp(packing.length(s), Products.ROWS);
    }
    return new PaddedRows(starts, places, count);
  }

  /**
   * Returns places for blocks padded to panels: a block begins with a panel, or shares one with
   * others where as many whole blocks fit.
   */
  static PaddedRows ofBlocks(Packing packing, int blockSize) {
    int[] starts = new int[packing.sequences()];
    int[] places = new int[packing.total()];
    int count = 0;
    for (int s = 0; s < starts.length; s++) {
      starts[s] = count;
      for (int i = 0; i < packing.length(s); i++) {
        places[packing.start(s) + i] = count + (int) place(i, blockSize);
      }
      count += (int) places(packing.length(s), blockSize);
    }
    return new PaddedRows(starts, places, count);
  }

  /** Returns the first row of each panel of {@link #ofBlocks}, and the number of rows. */
  int[] firstOfPanels() {
    int[] first = new int[count / PANEL + 1];
    for (int row = 0; row < places.length; row++) {
      if (places[row] % PANEL == 0) first[places[row] / PANEL] = row;
    }
    first[count / PANEL] = places.length;
    return first;
  }

  /** Returns the place of a row within its sequence. */
  private static long place(int row, int blockSize) {
    int block = row / blockSize;
    int shared = Math.max(1, PANEL / blockSize);
    long room = roundedUp((long) shared * blockSize, PANEL);
    return block / shared * room + block % shared * (long) blockSize + row % blockSize;
  }

  private static long places(int length, int blockSize) {
    return length == 0 ? 0 : roundedUp(place(length - 1, blockSize) + 1, PANEL);
  }

  /** Returns the number of places of blocks, which may be more than an array has. */
  static long count(Packing packing, int blockSize) {
    long count = 0;
    for (int s = 0; s < packing.sequences(); s++) count += places(packing.length(s), blockSize);
    return count;
  }

  private static long roundedUp(long count, int unit) {
    return Math.ceilDiv(count, unit) * unit;
  }
}
