package dev.ashlar.autodiff;

import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorTree;
import java.util.List;
import java.util.Optional;

/**
 * The value of a function with its pullback, as often as wanted while the scope lives in which it
 * was made.
 *
 * @param <T> the structure of the inputs
 * @param <R> the structure of the value
 */
public final class Vjp<T, R> {
  private final R value;
  private final T inputs;
  private final List<Tensor> leaves;
  private final Tape tape;

  Vjp(R value, T inputs, List<Tensor> leaves, Tape tape) {
    this.value = value;
    this.inputs = inputs;
    this.leaves = leaves;
    this.tape = tape;
  }

  /** Returns the function's value. */
  public R value() {
    return value;
  }

  /**
   * Returns the gradient in the inputs of the sum of value times covector: of the structure of the
   * inputs, whose integer and BOOL tensors stay as they are.
   *
   * @param covector of the structure, shapes and element types of the value; integer and BOOL
   *     tensors are ignored
   * @throws ShapeException if the covector does not fit the value
   * @throws GradientException naming the path of an input that the value does not depend on
   */
  public T pullback(R covector) {
    return Grad.structure(inputs, flowing(covector));
  }

  /** Returns the gradient in each tensor of the inputs, empty where none flows. */
  List<Optional<Tensor>> flowing(R covector) {
    List<Tensor> outputs = TensorTree.leaves(value);
    List<Tensor> covectors = TensorTree.leaves(covector);
    if (outputs.size() != covectors.size()) {
      throw new ShapeException(
          "vjp: the value has %d tensors, the covector %d", outputs.size(), covectors.size());
    }
    for (int i = 0; i < outputs.size(); i++) check(outputs.get(i), covectors.get(i));
    return tape.backward(outputs, covectors, leaves, false);
  }

  private static void check(Tensor output, Tensor covector) {
    if (Tape.carriesGradient(output) && !output.spec().equals(covector.spec())) {
      throw new ShapeException(
          "vjp: the value is %s, its covector %s", output.spec(), covector.spec());
    }
  }
}
