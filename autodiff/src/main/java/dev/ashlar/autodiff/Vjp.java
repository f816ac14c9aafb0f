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
    List<Tensor> outputs = TensorTree.leaves(value);
    List<Tensor> covectors = TensorTree.leaves(covector);
    if (outputs.size() != covectors.size()) {
      throw new ShapeException(
          "vjp: the value has %d tensors, the covector %d", outputs.size(), covectors.size());
    }
    for (int i = 0; i < outputs.size(); i++) {
      if (Tape.carriesGradient(outputs.get(i))
          && !outputs.get(i).spec().equals(covectors.get(i).spec())) {
        throw new ShapeException(
            "vjp: the value is %s, its covector %s",
            outputs.get(i).spec(), covectors.get(i).spec());
      }
    }
    List<Optional<Tensor>> gradients = tape.backward(outputs, covectors, leaves, false);
    return Grad.structure(inputs, gradients);
  }
}
