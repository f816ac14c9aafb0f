package dev.ashlar.examples.bench;

import dev.ashlar.moba.MobaConfig;

/** How many pairs of a query and a key a head of one sequence sees. */
final class Pairs {
  private Pairs() {}

  /** Returns N (N + 1) / 2: each query sees itself and what came before. */
  static double dense(int length) {
    return length * (length + 1.0) / 2;
  }

  /** Counts block by block: its own up to itself, and of those before whole ones, topK - 1. */
  static double moba(int length, MobaConfig config) {
    double pairs = 0;
    int size = config.blockSize();
    for (int block = 0; block < config.blocks(length); block++) {
      int rows = Math.min(size, length - block * size);
      double past = (double) Math.min(block, config.topK() - 1) * size;
      pairs += rows * (rows + 1.0) / 2 + rows * past;
    }
    return pairs;
  }
}
