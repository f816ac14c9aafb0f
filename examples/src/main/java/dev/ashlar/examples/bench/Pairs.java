package dev.ashlar.examples.bench;

import dev.ashlar.moba.MobaConfig;

/** How many pairs of a query and a key a head of one sequence sees, and what they cost. */
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

  /**
   * Returns how many times as fast as dense attention block attention could be: the ratio of their
   * floating-point operations. A pair costs 4 D forwards and 10 D backwards. Block attention has to
   * add up means of keys, N D, to compare each query with the mean of every block before its own, 2
   * D each, and to add up gradients, 2 N D backwards. Where it chooses nothing it is dense.
   */
  static double ideal(int length, MobaConfig config, boolean backward) {
    if (config.blocks(length) <= config.topK()) return 1;
    double pair = backward ? 14 : 4;
    double sums = (backward ? 3.0 : 1.0) * length;
    double gate = 0;
    for (int block = 1; block < config.blocks(length); block++) {
      gate += 2.0 * block * Math.min(config.blockSize(), length - block * config.blockSize());
    }
    return pair * dense(length) / (pair * moba(length, config) + sums + gate);
  }
}
