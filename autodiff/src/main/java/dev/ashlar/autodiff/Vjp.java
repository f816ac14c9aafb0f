package dev.ashlar.autodiff;

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
   * @throws dev.ashlar.tensor.ShapeException naming the path where the covector does not fit the
   *     value
   * @throws GradientException naming the path of an input that the value does not depend on
   */
  public T pullback(R covector) {
    return Grad.structure(inputs, flowing(covector));
  }

  /** Returns the gradient in each tensor of the inputs, empty where none flows. */
  List<Optional<Tensor>> flowing(R covector) {
    List<Tensor> covectors = Beside.of("vjp: the value", value, "its covector", covector);
    return tape.backward(TensorTree.leaves(value), covectors, leaves, false);
  }
}
