/**
 * Vector API kernels of attention in F32 and F64; found through {@link java.util.ServiceLoader}.
 */
@NullMarked
package dev.ashlar.moba.simd;

import org.jspecify.annotations.NullMarked;
