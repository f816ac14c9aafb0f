package dev.ashlar.tensor.blas;

import dev.ashlar.tensor.KernelConformance;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.OpSample;
import dev.ashlar.tensor.spi.KernelProvider;
import java.util.List;

/** Skipped, sample by sample, where the machine has no BLAS. */
final class BlasConformanceTest extends KernelConformance {
  private final KernelProvider blas = new BlasKernels("auto");

  @Override
  protected KernelProvider provider() {
    return blas;
  }

  @Override
  protected List<OpSample> samples() {
    return super.samples().stream().filter(sample -> sample.op() instanceof Op.MatMul).toList();
  }
}
