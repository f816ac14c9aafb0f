package dev.ashlar.tensor.simd;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Availability;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.KernelProvider;
import java.util.List;
import java.util.Optional;

/**
 * Offers kernels on the Vector API, where the JVM has it. This class mentions no vector, so that it
 * loads without the API's module and can say what is missing.
 */
public final class SimdKernels implements KernelProvider {
  private static final String MODULE = "jdk.incubator.vector";

  private final boolean present = ModuleLayer.boot().findModule(MODULE).isPresent();

  @Override
  public String name() {
    return "simd";
  }

  @Override
  public int rank() {
    return 10;
  }

  @Override
  public Availability availability() {
    return present
        ? new Availability.Ready(VectorKernels.detail())
        : new Availability.Unavailable(
            "module "
                + MODULE
                + " is absent, so tensors are computed without vector instructions, many times"
                + " slower",
            "start the JVM with --add-modules " + MODULE);
  }

  @Override
  public Optional<Kernel> find(Op op, List<TensorSpec> inputs) {
    return present ? VectorKernels.find(op, inputs) : Optional.empty();
  }
}
