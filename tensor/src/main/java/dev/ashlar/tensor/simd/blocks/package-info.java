/**
 * How work is cut and where it is done: operands of any layout as blocks, rows, tiles and bands, a
 * thread's own memory for them, and calls of loops that are compiled by themselves. It uses {@link
 * dev.ashlar.tensor.simd.lanes} alone, and knows no operation.
 */
@NullMarked
package dev.ashlar.tensor.simd.blocks;

import org.jspecify.annotations.NullMarked;
