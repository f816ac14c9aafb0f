/**
 * Matrix products by a BLAS of the user's machine, if a system property asks for it; see {@link
 * dev.ashlar.tensor.blas.BlasKernels}.
 */
@NullMarked
package dev.ashlar.tensor.blas;

import org.jspecify.annotations.NullMarked;
