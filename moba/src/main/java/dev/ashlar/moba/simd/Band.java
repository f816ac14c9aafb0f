package dev.ashlar.moba.simd;

/**
 * What rows are summed over, keys or queries: the eight rows from r on take those from {@code
 * max(0, r + from)} to {@code min(depth, r + until)}.
 *
 * @param rows how many rows there are; they are rounded up to eights
 */
record Band(int rows, int depth, int from, int until) {
  /** Returns a band of queries that see ever more keys, the first eight of them {@code until}. */
  static Band until(int rows, int depth, int until) {
    return new Band(rows, depth, -rows, until);
  }

  /** Returns a band of keys that ever fewer queries see, the first key from {@code from} on. */
  static Band from(int rows, int depth, int from) {
    return new Band(rows, depth, from, depth);
  }

  int first(int row) {
    return Math.max(0, row + from);
  }

  int last(int row) {
    return Math.min(depth, row + until);
  }
}
