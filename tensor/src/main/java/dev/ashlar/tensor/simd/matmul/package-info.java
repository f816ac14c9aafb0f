/**
 * Products of matrices: packed, of few rows, and of stacks. It uses {@link
 * dev.ashlar.tensor.simd.blocks} and {@link dev.ashlar.tensor.simd.lanes}; {@link
 * dev.ashlar.tensor.simd.matmul.MatrixProducts} is there for kernels of other modules.
 */
@NullMarked
package dev.ashlar.tensor.simd.matmul;

import org.jspecify.annotations.NullMarked;
