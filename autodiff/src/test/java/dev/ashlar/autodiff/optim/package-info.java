/** Tests of optimizers. */
@NullMarked
package dev.ashlar.autodiff.optim;

import org.jspecify.annotations.NullMarked;
