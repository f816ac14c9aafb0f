/**
 * What knows vectors and memory alone: how long vectors are, how they are read and written,
 * elementary functions and sums of their lanes, squares that are transposed in registers.
 * Everything else may use it, as may kernels of other modules; it uses nothing of the other
 * packages.
 */
@NullMarked
package dev.ashlar.tensor.simd.lanes;

import org.jspecify.annotations.NullMarked;
