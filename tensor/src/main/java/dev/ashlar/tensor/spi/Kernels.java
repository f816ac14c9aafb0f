package dev.ashlar.tensor.spi;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.reference.ReferenceKernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Picks the kernel for an operation: the first that a provider offers, highest rank first. */
public final class Kernels {
  /** The system property that forces one provider (and the reference behind it). */
  public static final String FORCE_PROPERTY = "ashlar.kernels";

  private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
  private static final List<KernelProvider> PROVIDERS = lookUp();

  private Kernels() {}

  /** Returns the kernel that computes {@code op} on inputs of these types and shapes. */
  public static Kernel find(Op op, List<TensorSpec> inputs) {
    for (KernelProvider provider : PROVIDERS) {
      Optional<Kernel> kernel = provider.find(op, inputs);
      if (kernel.isPresent()) return kernel.get();
    }
    throw new IllegalStateException("no kernel for " + op + " on " + inputs);
  }

  /** Returns the providers in use, in the order in which they are asked. */
  public static List<KernelProvider> providers() {
    return PROVIDERS;
  }

  private static List<KernelProvider> lookUp() {
    String forced = System.getProperty(FORCE_PROPERTY);
    List<KernelProvider> ready = new ArrayList<>();
    List<String> known = new ArrayList<>();
    for (KernelProvider provider :
        ServiceLoader.load(KernelProvider.class, Kernels.class.getClassLoader())) {
      known.add(provider.name());
      boolean wanted =
          forced == null || forced.equals(provider.name()) || provider instanceof ReferenceKernels;
      if (!wanted) continue;
      switch (provider.availability()) {
        case Availability.Ready(String detail) -> {
          LOG.debug("kernels: {} ready: {}", provider.name(), detail);
          ready.add(provider);
        }
        case Availability.Unavailable(String reason, String remedy) ->
            LOG.warn("kernels: {} not used: {}; {}", provider.name(), reason, remedy);
      }
    }
    if (forced != null && !known.contains(forced)) {
      throw new IllegalStateException(
          "-D" + FORCE_PROPERTY + "=" + forced + " names no provider; there are " + known);
    }
    if (ready.stream().noneMatch(p -> p instanceof ReferenceKernels))
      ready.add(new ReferenceKernels());
    ready.sort(Comparator.comparingInt(KernelProvider::rank).reversed());
    rejectEqualRanks(ready);
    LOG.info("kernels: {}", ready.stream().map(KernelProvider::name).toList());
    return List.copyOf(ready);
  }

  private static void rejectEqualRanks(List<KernelProvider> providers) {
    for (int i = 1; i < providers.size(); i++) {
      KernelProvider above = providers.get(i - 1);
      KernelProvider below = providers.get(i);
      if (above.rank() == below.rank()) {
        throw new IllegalStateException(
            "kernel providers %s and %s have the same rank %d; give one another"
                .formatted(above.name(), below.name(), above.rank()));
      }
    }
  }
}
