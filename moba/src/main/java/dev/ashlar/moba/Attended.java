package dev.ashlar.moba;

import dev.ashlar.tensor.Tensor;
import java.util.List;

/**
 * What attention answers.
 *
 * @param out [T, H, D], for each query the mean of the values it attends to, weighted by softmax
 * @param logSumExp [T, H], the natural logarithm of the sum of exponentials of its scaled logits
 */
public record Attended(Tensor out, Tensor logSumExp) {
  static Attended of(List<Tensor> results) {
    return new Attended(results.get(0), results.get(1));
  }
}
