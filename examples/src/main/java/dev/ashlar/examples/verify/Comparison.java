package dev.ashlar.examples.verify;

import dev.ashlar.tensor.DType;
import java.util.Arrays;

/**
 * One tensor, or one selection, of one form.
 *
 * @param absolute the greatest error, and {@code at} where
 * @param relative the greatest error relative to the expected number, where that is not 0
 * @param differing elements beyond the tolerance; of a selection, rows that differ
 */
record Comparison(
    Forms.Form form,
    DType dtype,
    String tensor,
    double absolute,
    double relative,
    String at,
    int differing,
    int count,
    String tolerance) {

  boolean agrees() {
    return differing == 0;
  }

  static Comparison of(
      VectorFile file, Forms.Form form, DType dtype, String tensor, double[] got, Tolerance limit) {
    float[] expected = file.floats(tensor);
    double absolute = 0;
    double relative = 0;
    int worst = 0;
    int differing = 0;
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs(got[i] - expected[i]);
      // NaN counts as the worst of errors.
      if (!(error <= absolute)) {
        worst = Double.isNaN(absolute) ? worst : i;
        absolute = Double.isNaN(absolute) ? absolute : error;
      }
      if (expected[i] != 0) relative = Math.max(relative, error / Math.abs(expected[i]));
      if (!limit.allows(got[i], expected[i])) differing++;
    }
    String at = VectorFile.index(file.shapes().get(tensor), worst);
    return new Comparison(
        form, dtype, tensor, absolute, relative, at, differing, expected.length, limit.toString());
  }

  static Comparison ofSelection(VectorFile file, Forms.Form form, DType dtype, int[] got) {
    int[] expected = file.selected();
    int rows = file.floats("lse").length;
    int most = expected.length / rows;
    int differing = 0;
    int first = 0;
    for (int row = rows - 1; row >= 0; row--) {
      if (!Arrays.equals(
          got, row * most, (row + 1) * most, expected, row * most, (row + 1) * most)) {
        differing++;
        first = row;
      }
    }
    String at = VectorFile.index(file.shapes().get("lse"), first);
    return new Comparison(form, dtype, "selected", 0, 0, at, differing, rows, "equal");
  }
}
