package dev.ashlar.tensor.simd;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.KernelConformance;
import dev.ashlar.tensor.OpSample;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.KernelProvider;
import java.util.List;

final class SimdConformanceTest extends KernelConformance {
  private final KernelProvider simd = new SimdKernels();

  @Override
  protected KernelProvider provider() {
    return simd;
  }

  /**
   * Leaves out what is declined in F32 and so in every type: thousands of skipped tests would say
   * nothing.
   */
  @Override
  protected List<OpSample> samples() {
    return super.samples().stream().filter(this::isOffered).toList();
  }

  private boolean isOffered(OpSample sample) {
    try (var _ = TensorScope.open()) {
      List<TensorSpec> specs = sample.inputs().apply(DType.F32).stream().map(Tensor::spec).toList();
      return simd.find(sample.op(), specs).isPresent();
    }
  }
}
