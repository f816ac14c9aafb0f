/** Tests of layers and losses. */
@NullMarked
package dev.ashlar.autodiff.nn;

import org.jspecify.annotations.NullMarked;
