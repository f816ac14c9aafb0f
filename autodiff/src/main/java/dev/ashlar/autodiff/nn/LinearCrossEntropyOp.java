package dev.ashlar.autodiff.nn;

import dev.ashlar.autodiff.Call;
import dev.ashlar.autodiff.DifferentiableOp;
import dev.ashlar.autodiff.Saved;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Mean cross-entropy of a linear layer's logits: (hidden [T, D], weight [V, D], targets [T] of I32
 * or I64, and bias [V] if there is one) -> mean [] over the positions whose target is not {@code
 * ignored}, NaN if there is none. Logits [T, V] are never there as a whole, nor is their gradient:
 * where gradients are wanted, they are computed on the way forward, of the same part of the logits
 * (arXiv 2410.10989).
 */
public record LinearCrossEntropyOp(OptionalLong ignored) implements DifferentiableOp {
  /** The numbers of the inputs. */
  public static final int HIDDEN = 0;

  /** The weight's. */
  public static final int WEIGHT = 1;

  /** The targets'. */
  public static final int TARGETS = 2;

  /** The bias's, which may be missing. */
  public static final int BIAS = 3;

  @Override
  public String label() {
    return "linearCrossEntropy";
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    TensorSpec hidden = Checks.floating(label(), inputs, inputs.size() > BIAS ? 4 : 3);
    TensorSpec weight = inputs.get(WEIGHT);
    TensorSpec targets = inputs.get(TARGETS);
    boolean fits =
        hidden.shape().rank() == 2
            && weight.shape().rank() == 2
            && weight.dtype() == hidden.dtype()
            && weight.shape().dim(1) == hidden.shape().dim(1)
            && targets.dtype().isInteger()
            && targets.shape().equals(hidden.shape().without(-1));
    if (!fits) {
      throw new ShapeException(
          "linearCrossEntropy: needs hidden [T, D], weight [V, D] and I32 or I64 targets [T], got"
              + " %s, %s and %s",
          hidden, weight, targets);
    }
    if (inputs.size() > BIAS) {
      Checks.same(label(), "bias", weight.with(Shape.of(weight.shape().dim(0))), inputs.get(BIAS));
    }
    return List.of(hidden.with(Shape.of()));
  }

  /** Returns the same of each position: what counts, and what is wrong with a target. */
  public CrossEntropyOp perPosition() {
    return new CrossEntropyOp(ignored);
  }

  /** Returns what the operation means, composed of others: logits whole. */
  public List<Tensor> composed(List<Tensor> in) {
    Tensor logits = logits(in);
    Tensor targets = in.get(TARGETS);
    return List.of(
        ignored.isEmpty()
            ? Losses.crossEntropy(logits, targets)
            : Losses.crossEntropy(logits, targets, ignored.getAsLong()));
  }

  private static Tensor logits(List<Tensor> in) {
    Tensor product = in.get(HIDDEN).matmul(in.get(WEIGHT).transpose());
    return in.size() > BIAS ? product.plus(in.get(BIAS)) : product;
  }

  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    new PlainLinearCrossEntropy(this, in).run(out.getFirst(), List.of(), List.of());
  }

  @Override
  public WithGradients ahead(List<Boolean> needed) {
    List<Integer> wanted = new ArrayList<>();
    for (int i = 0; i < needed.size(); i++) if (needed.get(i)) wanted.add(i);
    return new WithGradients(this, wanted);
  }

  @Override
  public Saved saved() {
    return Saved.NOTHING;
  }

  @Override
  public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
    List<Optional<Tensor>> gradients = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < call.inputs().size(); i++) {
      gradients.add(
          call.needs(i)
              ? Optional.of(call.ahead(next++).times(dOutputs.getFirst()))
              : Optional.empty());
    }
    return gradients;
  }

  /**
   * The mean, and behind it its gradients in some of the inputs, each like the input.
   *
   * @param wanted the numbers of those inputs, ascending
   */
  public record WithGradients(LinearCrossEntropyOp forward, List<Integer> wanted)
      implements DifferentiableOp {
    /** Copies the list. */
    public WithGradients {
      wanted = List.copyOf(wanted);
    }

    @Override
    public String label() {
      return "linearCrossEntropyWithGradients";
    }

    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      List<TensorSpec> specs = new ArrayList<>(forward.specs(inputs));
      for (int input : wanted) specs.add(inputs.get(input));
      return specs;
    }

    /** Returns what the operation means, composed of others: logits and their gradient whole. */
    public List<Tensor> composed(List<Tensor> in) {
      Tensor logits = logits(in);
      Tensor targets = in.get(TARGETS);
      List<Tensor> forwards = Interpreter.callAll(forward.perPosition(), logits, targets);
      Tensor losses = forwards.get(0);
      Tensor counted = forward.perPosition().valid(targets).toType(losses.dtype()).sum();
      Tensor dLoss = counted.reciprocal().expand(losses.shape());
      Tensor dLogits =
          Interpreter.call(
              new CrossEntropyOp.Backward(forward.perPosition()),
              logits,
              targets,
              forwards.get(1),
              forwards.get(2),
              dLoss,
              dLoss.zerosLike());
      List<Tensor> results = new ArrayList<>();
      results.add(losses.sum().div(counted));
      for (int input : wanted) results.add(gradient(input, in, dLogits));
      return results;
    }

    private static Tensor gradient(int input, List<Tensor> in, Tensor dLogits) {
      return switch (input) {
        case HIDDEN -> dLogits.matmul(in.get(WEIGHT));
        case WEIGHT -> dLogits.transpose().matmul(in.get(HIDDEN));
        case BIAS -> dLogits.sum(0);
        default -> throw new IllegalArgumentException("no gradient in input " + input);
      };
    }

    @Override
    public void compute(List<Operand> in, List<Operand> out) {
      new PlainLinearCrossEntropy(forward, in)
          .run(out.getFirst(), wanted, out.subList(1, out.size()));
    }

    @Override
    public Saved saved() {
      return Saved.INPUTS;
    }

    @Override
    public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
      return DifferentiableOp.vjpOf(call, dOutputs, this::composed);
    }
  }
}
