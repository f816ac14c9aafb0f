/**
 * Operations that make one number of many: sums, the greatest, the least and where they stand; and
 * running sums. It uses {@link dev.ashlar.tensor.simd.blocks} and {@link
 * dev.ashlar.tensor.simd.lanes}.
 */
@NullMarked
package dev.ashlar.tensor.simd.reduce;

import org.jspecify.annotations.NullMarked;
