package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import java.util.OptionalLong;

/** Losses: scalars to differentiate. */
public final class Losses {
  private Losses() {}

  /**
   * Returns the mean cross-entropy, in nats, of logits [..., V] against integer targets [...].
   *
   * @throws IndexOutOfBoundsException naming a target that is not in 0 .. V - 1, and its position
   */
  public static Tensor crossEntropy(Tensor logits, Tensor targets) {
    return crossEntropyPerPosition(logits, targets).mean();
  }

  /**
   * Returns the mean cross-entropy of logits [..., V] against integer targets [...] over the
   * positions whose target is not {@code ignored}; NaN if there is none.
   */
  public static Tensor crossEntropy(Tensor logits, Tensor targets, long ignored) {
    var op = new CrossEntropyOp(OptionalLong.of(ignored));
    Tensor losses = Interpreter.callAll(op, logits, targets).getFirst();
    Tensor counted = op.valid(targets);
    return losses.sum().div(counted.toType(losses.dtype()).sum());
  }

  /**
   * Returns the cross-entropy of logits [..., V] against integer targets [...] at each position
   * [...].
   */
  public static Tensor crossEntropyPerPosition(Tensor logits, Tensor targets) {
    return crossEntropyPerPosition(logits, targets, OptionalLong.empty());
  }

  /**
   * Returns the cross-entropy at each position [...], which is 0 where the target is {@code
   * ignored}.
   */
  public static Tensor crossEntropyPerPosition(Tensor logits, Tensor targets, long ignored) {
    return crossEntropyPerPosition(logits, targets, OptionalLong.of(ignored));
  }

  private static Tensor crossEntropyPerPosition(
      Tensor logits, Tensor targets, OptionalLong ignored) {
    return Interpreter.callAll(new CrossEntropyOp(ignored), logits, targets).getFirst();
  }

  /**
   * Returns the mean cross-entropy of a layer's logits, {@code head.forward(hidden)} [..., V],
   * against integer targets [...], as {@link #crossEntropy(Tensor, Tensor)} does, without ever
   * holding all logits: hidden [..., D] is taken some hundred positions at a time, its gradient and
   * the layer's along with it.
   *
   * @throws IndexOutOfBoundsException naming a target that is not in 0 .. V - 1, and its position
   */
  public static Tensor linearCrossEntropy(Tensor hidden, Linear head, Tensor targets) {
    return linearCrossEntropy(hidden, head, targets, OptionalLong.empty());
  }

  /**
   * Returns the same mean over the positions whose target is not {@code ignored}; NaN if there is
   * none.
   *
   * @throws IndexOutOfBoundsException naming a target that is neither in 0 .. V - 1 nor ignored,
   *     and its position
   */
  public static Tensor linearCrossEntropy(
      Tensor hidden, Linear head, Tensor targets, long ignored) {
    return linearCrossEntropy(hidden, head, targets, OptionalLong.of(ignored));
  }

  private static Tensor linearCrossEntropy(
      Tensor hidden, Linear head, Tensor targets, OptionalLong ignored) {
    if (hidden.rank() == 0 || !hidden.shape().without(-1).equals(targets.shape())) {
      throw new ShapeException(
          "linearCrossEntropy: needs hidden [..., D] and targets [...], got %s and %s",
          hidden.spec(), targets.spec());
    }
    int positions = Math.toIntExact(targets.size());
    Tensor rows = hidden.rank() == 2 ? hidden : hidden.reshape(positions, hidden.dim(-1));
    Tensor flat = targets.rank() == 1 ? targets : targets.reshape(positions);
    var op = new LinearCrossEntropyOp(ignored);
    return head.bias() == null
        ? Interpreter.call(op, rows, head.weight(), flat)
        : Interpreter.call(op, rows, head.weight(), flat, head.bias());
  }

  /** Returns the mean of (prediction - target)² over all elements. */
  public static Tensor meanSquaredError(Tensor prediction, Tensor target) {
    return prediction.minus(target).square().mean();
  }

  /** Returns the mean of |prediction - target| over all elements. */
  public static Tensor meanAbsoluteError(Tensor prediction, Tensor target) {
    return prediction.minus(target).abs().mean();
  }

  /**
   * Returns the mean cross-entropy of probabilities sigmoid(logits) against labels in 0 .. 1, in
   * the form that does not overflow: max(x, 0) - x · label + log(1 + e^-|x|).
   */
  public static Tensor binaryCrossEntropy(Tensor logits, Tensor labels) {
    // Not by relu() and abs(), whose gradients at 0 are 0: their kinks cancel, and either side's
    // formula has the right derivatives of every order there.
    Tensor negative = logits.less(0);
    Tensor softened = negative.where(logits, logits.unaryMinus()).exp().log1p();
    return logits.maskedFill(negative, 0).minus(logits.times(labels)).plus(softened).mean();
  }
}
