/**
 * A Llama-shaped language model whose attention is full or MoBA, layer by layer: {@link
 * dev.ashlar.moba.model.Decoder} computes, {@link dev.ashlar.moba.model.AttentionPlan} says which
 * attention where, {@link dev.ashlar.moba.model.Generator} continues a prompt.
 */
@NullMarked
package dev.ashlar.moba.model;

import org.jspecify.annotations.NullMarked;
