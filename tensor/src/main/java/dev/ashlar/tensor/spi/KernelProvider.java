package dev.ashlar.tensor.spi;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * Offers kernels; found by {@link java.util.ServiceLoader}. Declining is normal: return empty and
 * the next provider, finally the reference, is asked.
 */
public interface KernelProvider {
  /**
   * Returns a short name: {@code -Dashlar.kernels=NAME} uses this provider and the reference only.
   */
  String name();

  /**
   * Returns this provider's place: a higher rank is asked first. Equal ranks are an error, not a
   * race.
   */
  int rank();

  /** Returns whether this provider can work here; said once in the log, never swallowed. */
  Availability availability();

  /**
   * Returns the kernel for an operation on inputs of these types and shapes, or empty to decline.
   */
  Optional<Kernel> find(Op op, List<TensorSpec> inputs);
}
