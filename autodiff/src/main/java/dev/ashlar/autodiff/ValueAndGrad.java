package dev.ashlar.autodiff;

import dev.ashlar.tensor.Tensor;

/**
 * A loss and its gradient.
 *
 * @param value the loss []
 * @param gradient the model's structure with, in place of each floating-point tensor, the gradient
 *     of the loss in it; other tensors are the model's own
 */
public record ValueAndGrad<M>(Tensor value, M gradient) {}
