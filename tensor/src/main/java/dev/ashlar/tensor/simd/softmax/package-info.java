/**
 * Softmax and its logarithm, by lines and by columns, and what cross-entropy and attention of other
 * modules need of them. It uses {@link dev.ashlar.tensor.simd.blocks} and {@link
 * dev.ashlar.tensor.simd.lanes}, and of {@link dev.ashlar.tensor.simd.reduce} the greatest of a
 * line.
 */
@NullMarked
package dev.ashlar.tensor.simd.softmax;

import org.jspecify.annotations.NullMarked;
