/**
 * Attention over packed sequences: mixture of block attention (MoBA, arXiv 2502.13189) and dense
 * causal attention. Start at {@link dev.ashlar.moba.Moba}.
 *
 * <p>Queries are {@code [T, H, D]}, keys and values {@code [S, G, D]}: the tokens of all sequences
 * one after another, cut by a {@link dev.ashlar.moba.Packing}. Query head {@code h} reads key-value
 * head {@code h / (H / G)}.
 */
@NullMarked
package dev.ashlar.moba;

import org.jspecify.annotations.NullMarked;
