/**
 * Random numbers, uniform and normal. It uses {@link dev.ashlar.tensor.simd.blocks} and {@link
 * dev.ashlar.tensor.simd.lanes}.
 */
@NullMarked
package dev.ashlar.tensor.simd.random;

import org.jspecify.annotations.NullMarked;
