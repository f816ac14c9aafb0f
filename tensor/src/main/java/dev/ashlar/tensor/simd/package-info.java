/**
 * Kernels on the Vector API (JEP 508): what {@link dev.ashlar.tensor.reference} computes, as fast
 * as one core's vector unit allows, shared among threads by {@link dev.ashlar.tensor.spi.Parallel}.
 * {@link dev.ashlar.tensor.simd.SimdKernels} says which operations there are. Their kernels lie in
 * a package for each family, on two that know no operation: {@link dev.ashlar.tensor.simd.lanes},
 * what knows vectors and memory, and on it {@link dev.ashlar.tensor.simd.blocks}, how work is cut.
 * What is public below this package is so for other packages of kernels, here and in other modules.
 *
 * <p>Results are the same bits for every number of threads and in interpreted and compiled code
 * alike: loops have chunks that do not depend on the threads, partial sums are joined in a fixed
 * order, elementary functions are polynomials of exactly rounded steps, and the last elements of an
 * array go through the same steps as all others.
 */
@NullMarked
package dev.ashlar.tensor.simd;

import org.jspecify.annotations.NullMarked;
