package dev.ashlar.moba.model;

import dev.ashlar.moba.MobaConfig;

/**
 * What a layer attends to. Both kinds have the same parameters, so a layer may change its kind at
 * any time.
 */
public sealed interface AttentionKind {
  /** Every earlier token of the sequence, and the token itself. */
  record Full() implements AttentionKind {}

  /** The tokens of chosen blocks: mixture of block attention (arXiv 2502.13189). */
  record Moba(MobaConfig config) implements AttentionKind {}
}
