/** Tests of gradients. */
@NullMarked
package dev.ashlar.autodiff;

import org.jspecify.annotations.NullMarked;
