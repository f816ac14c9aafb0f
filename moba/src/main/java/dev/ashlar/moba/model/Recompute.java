package dev.ashlar.moba.model;

/** What the backward pass computes again instead of keeping it from the forward pass. */
public enum Recompute {
  /** Nothing: every activation is kept. */
  NOTHING,
  /**
   * Each layer from its input: memory for one layer's activations at a time, for a third more
   * computing.
   */
  LAYERS
}
