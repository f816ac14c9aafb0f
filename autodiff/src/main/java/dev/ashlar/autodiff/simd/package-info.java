/**
 * Vector API kernels, in F32 and a few in F64, for this module's fused operations. Rows and pieces
 * are copied to arrays, computed there with all lanes (what lies beyond the last element is
 * padding), and copied back.
 */
@NullMarked
package dev.ashlar.autodiff.simd;

import org.jspecify.annotations.NullMarked;
