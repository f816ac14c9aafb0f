package dev.ashlar.tensor.blas;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Availability;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.KernelProvider;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Offers matrix products in F32 and F64 by a BLAS of the machine's: OpenBLAS, MKL, BLIS or another
 * with the C interface. Off unless {@code -Dashlar.blas=auto} asks for the first that is found, or
 * {@code -Dashlar.blas=FILE} for one. It brings its own threads and its own order of sums: results
 * are then as reproducible as the BLAS makes them, and may depend on how many threads it uses.
 */
public final class BlasKernels implements KernelProvider {
  /** The system property that names a BLAS, or says {@code auto}. */
  public static final String PROPERTY = "ashlar.blas";

  private final Found found;

  /** Looks for what the system property asks for. */
  public BlasKernels() {
    this(System.getProperty(PROPERTY));
  }

  /** Looks for a library by its file, or for any if {@code asked} is {@code auto}. */
  BlasKernels(@Nullable String asked) {
    this.found = look(asked);
  }

  /** What came of looking. */
  private record Found(Availability availability, @Nullable Blas blas) {}

  private static Found look(@Nullable String asked) {
    if (asked == null || asked.isBlank() || asked.equals("off")) {
      return new Found(
          new Availability.Off("-D" + PROPERTY + "=auto multiplies matrices by a BLAS"), null);
    }
    try {
      Blas blas = asked.equals("auto") ? Blas.any() : Blas.load(asked);
      String detail = blas.name() + ", with its own threads and order of sums";
      return new Found(new Availability.Ready(detail), blas);
    } catch (BlasException e) {
      return new Found(new Availability.Unavailable(e.getMessage(), e.remedy()), null);
    }
  }

  @Override
  public String name() {
    return "blas";
  }

  @Override
  public int rank() {
    return 15;
  }

  @Override
  public Availability availability() {
    return found.availability;
  }

  @Override
  public Optional<Kernel> find(Op op, List<TensorSpec> inputs) {
    Blas blas = found.blas;
    if (blas == null || !(op instanceof Op.MatMul)) return Optional.empty();
    DType dtype = inputs.getFirst().dtype();
    boolean fits = dtype.isFloating() && inputs.get(1).dtype() == dtype;
    return fits ? Optional.of(new BlasMatMul(blas)) : Optional.empty();
  }
}
