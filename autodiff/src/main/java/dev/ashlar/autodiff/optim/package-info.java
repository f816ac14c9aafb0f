/**
 * Optimizers: pure in form, (model, gradients, state) to (model, state), and in place in fact,
 * since the new model takes over the old one's memory. A state is a record of tensors, so it can be
 * saved as a model can.
 */
@NullMarked
package dev.ashlar.autodiff.optim;

import org.jspecify.annotations.NullMarked;
