package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Availability;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.KernelProvider;
import java.util.List;
import java.util.Optional;

/** Plain kernels for every operation: what the operations mean. */
public final class ReferenceKernels implements KernelProvider {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public Availability availability() {
    return new Availability.Ready("plain Java");
  }

  @Override
  public Optional<Kernel> find(Op op, List<TensorSpec> inputs) {
    return Optional.empty();
  }
}
