package dev.ashlar.tensor.spi;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.reference.ReferenceKernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Picks the kernel for an operation: the first that a provider offers, highest rank first. */
public final class Kernels {
  /** The system property that forces one provider (and the reference behind it). */
  public static final String FORCE_PROPERTY = "ashlar.kernels";

  private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
  private static final Choice CHOICE = lookUp();

  private Kernels() {}

  /**
   * What came of looking for providers: a mistake found then is told at every use, not only the
   * first.
   */
  private sealed interface Choice {
    record Made(List<KernelProvider> providers) implements Choice {}

    record Failed(RuntimeException why) implements Choice {}
  }

  /**
   * Returns the kernel that computes {@code op} on inputs of these types and shapes.
   *
   * @throws IllegalStateException if a provider was forced that does not exist, or two have one
   *     rank
   */
  public static Kernel find(Op op, List<TensorSpec> inputs) {
    for (KernelProvider provider : providers()) {
      Optional<Kernel> kernel = provider.find(op, inputs);
      if (kernel.isPresent()) return kernel.get();
    }
    throw new IllegalStateException("no kernel for " + op + " on " + inputs);
  }

  /** Returns the providers in use, in the order in which they are asked. */
  public static List<KernelProvider> providers() {
    return switch (CHOICE) {
      case Choice.Made(List<KernelProvider> providers) -> providers;
      case Choice.Failed(RuntimeException why) ->
          throw new IllegalStateException(why.getMessage(), why);
    };
  }

  private static Choice lookUp() {
    try {
      var known = ServiceLoader.load(KernelProvider.class, Kernels.class.getClassLoader());
      List<KernelProvider> chosen = choose(known, System.getProperty(FORCE_PROPERTY));
      LOG.info("kernels: {}", chosen.stream().map(KernelProvider::name).toList());
      return new Choice.Made(chosen);
    } catch (RuntimeException e) {
      return new Choice.Failed(e);
    }
  }

  /**
   * Returns the available ones of {@code known} in the order of their ranks, the reference always.
   */
  static List<KernelProvider> choose(Iterable<KernelProvider> known, @Nullable String forced) {
    List<KernelProvider> ready = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (KernelProvider provider : known) {
      names.add(provider.name());
      boolean wanted =
          forced == null || forced.equals(provider.name()) || provider instanceof ReferenceKernels;
      if (wanted && isReady(provider, forced != null)) ready.add(provider);
    }
    if (forced != null && !names.contains(forced)) {
      throw new IllegalStateException(
          "-D" + FORCE_PROPERTY + "=" + forced + " names no provider; there are " + names);
    }
    if (ready.stream().noneMatch(p -> p instanceof ReferenceKernels))
      ready.add(new ReferenceKernels());
    ready.sort(Comparator.comparingInt(KernelProvider::rank).reversed());
    rejectEqualRanks(ready);
    return List.copyOf(ready);
  }

  private static boolean isReady(KernelProvider provider, boolean forced) {
    return switch (provider.availability()) {
      case Availability.Ready(String detail) -> {
        LOG.debug("kernels: {} ready: {}", provider.name(), detail);
        yield true;
      }
      case Availability.Off(String how) -> {
        if (forced) LOG.warn("kernels: {} is off: {}", provider.name(), how);
        else LOG.debug("kernels: {} is off: {}", provider.name(), how);
        yield false;
      }
      case Availability.Unavailable(String reason, String remedy) -> {
        LOG.warn("kernels: {} not used: {}; {}", provider.name(), reason, remedy);
        yield false;
      }
    };
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
