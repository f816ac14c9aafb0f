/**
 * Operations that fill and copy: in another order, one behind another, or with zeros around. It
 * uses {@link dev.ashlar.tensor.simd.blocks} and {@link dev.ashlar.tensor.simd.lanes}, and for
 * numbers that are counted the casts of {@link dev.ashlar.tensor.simd.elementwise}.
 */
@NullMarked
package dev.ashlar.tensor.simd.move;

import org.jspecify.annotations.NullMarked;
