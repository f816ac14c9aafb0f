/**
 * Operations that go by places: gather, scatter, rows by number, and sorts, which find places. It
 * uses {@link dev.ashlar.tensor.simd.blocks} and {@link dev.ashlar.tensor.simd.lanes}.
 */
@NullMarked
package dev.ashlar.tensor.simd.index;

import org.jspecify.annotations.NullMarked;
