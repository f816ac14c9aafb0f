package dev.ashlar.examples.verify;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The ways in which attention is computed: every form in every precision. */
record Forms(List<Form> forms, List<DType> dtypes) {

  /** How attention is computed. */
  enum Form {
    FUSED,
    COMPOSED;

    /** Returns the name as the command line has it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  // The composed form keeps about this many matrices [H, S, S] for its gradient, most of doubles.
  private static final long MATRICES = 16;

  // Inputs, answers and gradients of one form, in tensors and arrays of doubles.
  private static final long COPIES = 32;

  /** Refuses a file that would need more memory than there may be, before anything is read. */
  void checkMemory(Path file, Shape query, Shape offsets, long limitBytes) {
    double scores = (double) query.dim(0) * query.dim(0) * query.dim(1) * Double.BYTES;
    double vectors = (double) (query.size() + offsets.size()) * Double.BYTES * COPIES;
    boolean composed = forms.contains(Form.COMPOSED);
    double needed = vectors + (composed ? MATRICES * scores : 0);
    if (needed <= limitBytes) return;
    throw new UnusableFileException(
        file,
        "needs about %s of memory, more than the --memory-limit of %s%s",
        size(needed),
        size(limitBytes),
        composed ? "; --forms=fused needs least" : "");
  }

  private static String size(double bytes) {
    return bytes < 1e9 ? "%.0f MB".formatted(bytes / 1e6) : "%.1f GB".formatted(bytes / 1e9);
  }
}
