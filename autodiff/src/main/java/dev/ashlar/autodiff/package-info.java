/**
 * Gradients: start at {@link dev.ashlar.autodiff.Grad}; the gradient table is {@link
 * dev.ashlar.autodiff.Vjps}.
 */
@NullMarked
package dev.ashlar.autodiff;

import org.jspecify.annotations.NullMarked;
