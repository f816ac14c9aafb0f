package dev.ashlar.examples.verify;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.TensorMemoryException;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.ProgramRunner;
import dev.ashlar.tensor.program.ProgramRunnerException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file of vectors against what this library computes: every form, precision and tensor. */
record Verification(VectorFile file, List<Comparison> comparisons) {
  boolean agrees() {
    return comparisons.stream().allMatch(Comparison::agrees);
  }

  /**
   * Verifies a file.
   *
   * @param tolerance that replaces the file's, for every tensor in every precision
   * @throws UnusableFileException if it needs more memory than there may be, or cannot be computed
   *     in that place
   */
  static Verification of(VectorFile file, Forms forms, @Nullable Double tolerance, Place place) {
    List<Comparison> comparisons = new ArrayList<>();
    for (DType dtype : forms.dtypes()) {
      for (Forms.Form form : forms.forms()) {
        Computation computed = compute(file, form, dtype, place);
        if (file.moba().isPresent()) {
          comparisons.add(Comparison.ofSelection(file, form, dtype, computed.selected()));
        }
        for (String tensor : VectorFile.ANSWERS) {
          Tolerance limit =
              tolerance == null ? Tolerance.of(file, tensor, dtype) : new Tolerance(tolerance, 0);
          double[] got = computed.answers().get(tensor);
          comparisons.add(Comparison.of(file, form, dtype, tensor, got, limit));
        }
      }
    }
    return new Verification(file, List.copyOf(comparisons));
  }

  /**
   * Where and in how much memory attention is computed.
   *
   * @param runner what runs it as a program; null computes eagerly
   */
  record Place(@Nullable ProgramRunner runner, long limitBytes) {}

  /** Computes in memory that ends at the limit, whatever was estimated. */
  static Computation compute(VectorFile file, Forms.Form form, DType dtype, Place place) {
    try (var memory = Memory.withLimit(place.limitBytes());
        var _ = TensorScope.open(memory)) {
      return Computation.of(file, form, dtype, place.runner());
    } catch (ProgramRunnerException e) {
      throw new UnusableFileException(
          file.path(), "the %s form cannot be computed: %s".formatted(form, e.getMessage()));
    } catch (TensorMemoryException | OutOfMemoryError e) {
      throw new UnusableFileException(file.path(), "needs too much memory: " + e.getMessage());
    }
  }
}
