/**
 * Operations that compute each element from those in its place: arithmetic, functions, comparisons,
 * choices and casts. It uses {@link dev.ashlar.tensor.simd.blocks} and {@link
 * dev.ashlar.tensor.simd.lanes}.
 */
@NullMarked
package dev.ashlar.tensor.simd.elementwise;

import org.jspecify.annotations.NullMarked;
