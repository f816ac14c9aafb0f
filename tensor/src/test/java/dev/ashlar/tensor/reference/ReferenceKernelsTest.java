package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.KernelConformance;
import dev.ashlar.tensor.spi.KernelProvider;

/**
 * Layouts, element types, special values and threads; what the numbers must be is checked in {@code
 * TensorTest}.
 */
class ReferenceKernelsTest extends KernelConformance {
  @Override
  protected KernelProvider provider() {
    return new ReferenceKernels();
  }
}
