/**
 * Layers and losses. A layer is a record of its tensors with a {@code forward}; the fused
 * operations behind some of them are one file each, beside the composition that says what they
 * mean.
 */
@NullMarked
package dev.ashlar.autodiff.nn;

import org.jspecify.annotations.NullMarked;
