package dev.ashlar.tensor;

import java.util.List;
import java.util.function.Function;

/**
 * One operation on inputs worth trying.
 *
 * @param name what is tried, for the test report
 * @param op the operation
 * @param inputs makes the inputs in the current scope, numbers in the given element type; always
 *     the same ones
 */
public record OpSample(String name, Op op, Function<DType, List<Tensor>> inputs) {
  /** Returns whether the operation takes these inputs in an element type. */
  public boolean takes(DType dtype) {
    List<TensorSpec> specs;
    try (var _ = TensorScope.open()) {
      specs = inputs.apply(dtype).stream().map(Tensor::spec).toList();
    }
    try {
      ShapeRules.infer(op, specs);
      return true;
    } catch (ShapeException e) {
      return false;
    }
  }

  /** Returns the sample's name. */
  @Override
  public String toString() {
    return name;
  }
}
