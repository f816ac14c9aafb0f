/** Tests of the Vector API kernels. */
@NullMarked
package dev.ashlar.autodiff.simd;

import org.jspecify.annotations.NullMarked;
