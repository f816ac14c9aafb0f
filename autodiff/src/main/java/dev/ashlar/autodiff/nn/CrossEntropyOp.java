package dev.ashlar.autodiff.nn;

import dev.ashlar.autodiff.Call;
import dev.ashlar.autodiff.DifferentiableOp;
import dev.ashlar.autodiff.Saved;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Cross-entropy per position: (logits [..., V], targets [...], I32 or I64) -> (loss [...] =
 * logSumExp - logit of the target, logSumExp [...], total [...]). Positions whose target is {@code
 * ignored} have loss 0. Total is what e^(logit - logSumExp) adds up to: 1 but for the rounding of
 * logSumExp, which softmax on the way back would have of each number, were it not divided by it.
 * Nothing of the logits' size is made on the way forward, and only their gradient on the way back.
 */
public record CrossEntropyOp(OptionalLong ignored) implements DifferentiableOp {
  @Override
  public String label() {
    return "crossEntropy";
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    TensorSpec logits = Checks.floating(label(), inputs, 2);
    TensorSpec targets = inputs.get(1);
    Shape shape = logits.shape();
    boolean fits = shape.rank() > 0 && targets.shape().equals(shape.without(-1));
    if (!fits || !targets.dtype().isInteger()) {
      throw new ShapeException(
          "crossEntropy: needs logits [..., V] and I32 or I64 targets [...], got %s and %s",
          logits, targets);
    }
    TensorSpec perPosition = logits.with(targets.shape());
    return List.of(perPosition, perPosition, perPosition);
  }

  /** Returns what the operation means, composed of core operations. */
  List<Tensor> composed(List<Tensor> in) {
    Tensor logits = in.get(0);
    Tensor valid = valid(in.get(1));
    Tensor logSumExp = logits.logSumExp(-1);
    Tensor index = in.get(1).maskedFill(valid.not(), 0).unsqueeze(-1);
    Tensor loss = logSumExp.minus(logits.gather(-1, index).squeeze(-1));
    Tensor total = logits.minus(logSumExp.unsqueeze(-1)).exp().sum(-1);
    return List.of(loss.maskedFill(valid.not(), 0), logSumExp, total);
  }

  /** Returns which targets take part in the loss. */
  Tensor valid(Tensor targets) {
    if (ignored.isEmpty()) return targets.equalTo(targets);
    Long id = ignored.getAsLong();
    // A number that no I32 can be leaves out none of them.
    boolean possible = targets.dtype() == DType.I64 || id == id.intValue();
    return possible ? targets.notEqualTo(id) : targets.equalTo(targets);
  }

  /** Returns whether a target takes part in the loss. */
  public boolean counts(long target) {
    return ignored.isEmpty() || target != ignored.getAsLong();
  }

  /**
   * Returns a target that takes part as an index; throws IndexOutOfBoundsException if it names no
   * class.
   */
  public int checked(long target, long position, int classes) {
    if (target < 0 || target >= classes) {
      throw new IndexOutOfBoundsException(
          "crossEntropy: target %d at position %d is not in 0 .. %d; logits have %d classes"
              .formatted(target, position, classes - 1, classes));
    }
    return (int) target;
  }

  /**
   * Returns how many targets take part; throws IndexOutOfBoundsException for the first that names
   * no class.
   */
  public int counted(long[] targets, int classes) {
    int counted = 0;
    for (int i = 0; i < targets.length; i++) {
      if (!counts(targets[i])) continue;
      checked(targets[i], i, classes);
      counted++;
    }
    return counted;
  }

  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    Rows logits = Rows.of(in.get(0));
    long[] targets = Checks.longs(in.get(1));
    double[] row = new double[logits.width()];
    for (int r = 0; r < targets.length; r++) {
      logits.read(r, row);
      double logSumExp = logSumExp(row);
      boolean counts = counts(targets[r]);
      double loss = counts ? logSumExp - row[checked(targets[r], r, row.length)] : 0;
      out.get(0).setDouble(r, loss);
      out.get(1).setDouble(r, logSumExp);
      out.get(2).setDouble(r, total(logSumExp, out.get(1).getDouble(r)));
    }
  }

  /**
   * Returns what e^(logit - logSumExp) adds up to over a position's classes, with logSumExp rounded
   * to what is kept of it; 1 where that is not finite.
   */
  public static double total(double logSumExp, double rounded) {
    double rest = logSumExp - rounded;
    return Double.isNaN(rest) ? 1 : StrictMath.exp(rest);
  }

  static double logSumExp(double[] row) {
    double max = Double.NEGATIVE_INFINITY;
    for (double each : row) max = Math.max(max, each);
    if (Double.isInfinite(max)) return max;
    double sum = 0;
    for (double each : row) sum += Math.exp(each - max);
    return Math.log(sum) + max;
  }

  /** Total has no gradient: it is 1 wherever the logits go. */
  @Override
  public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
    Tensor dLogits =
        Interpreter.call(
            new Backward(this),
            call.input(0),
            call.input(1),
            call.output(1),
            call.output(2),
            dOutputs.get(0),
            dOutputs.get(1));
    return List.of(Optional.of(dLogits), Optional.empty());
  }

  /**
   * The way back: (logits, targets, logSumExp, total, dLoss, dLogSumExp) -> dLogits = softmax ·
   * (dLoss + dLogSumExp) - dLoss at the target, where dLoss counts as 0 at ignored positions, and
   * softmax is e^(logits - logSumExp) / total.
   */
  public record Backward(CrossEntropyOp forward) implements DifferentiableOp {
    @Override
    public String label() {
      return "crossEntropyBackward";
    }

    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      Checks.floating(label(), inputs, 6);
      TensorSpec perPosition = forward.specs(inputs.subList(0, 2)).getFirst();
      Checks.same(label(), "logSumExp", perPosition, inputs.get(2));
      Checks.same(label(), "total", perPosition, inputs.get(3));
      Checks.same(label(), "dLoss", perPosition, inputs.get(4));
      Checks.same(label(), "dLogSumExp", perPosition, inputs.get(5));
      return inputs.subList(0, 1);
    }

    List<Tensor> composed(List<Tensor> in) {
      Tensor logits = in.get(0);
      Tensor invalid = forward.valid(in.get(1)).not();
      Tensor index = in.get(1).maskedFill(invalid, 0).unsqueeze(-1);
      Tensor dLoss = in.get(4).maskedFill(invalid, 0);
      Tensor powers = logits.minus(in.get(2).unsqueeze(-1)).exp();
      Tensor spread = powers.times(dLoss.plus(in.get(5)).div(in.get(3)).unsqueeze(-1));
      return List.of(spread.scatterAdd(-1, index, dLoss.unaryMinus().unsqueeze(-1)));
    }

    @Override
    public void compute(List<Operand> in, List<Operand> out) {
      Rows logits = Rows.of(in.get(0));
      Rows dLogits = Rows.of(out.get(0));
      long[] targets = Checks.longs(in.get(1));
      double[] logSumExp = Checks.doubles(in.get(2));
      double[] total = Checks.doubles(in.get(3));
      double[] dLoss = Checks.doubles(in.get(4));
      double[] dLogSumExp = Checks.doubles(in.get(5));
      double[] row = new double[logits.width()];
      for (int r = 0; r < targets.length; r++) {
        double g = forward.counts(targets[r]) ? dLoss[r] : 0;
        double spread = g + dLogSumExp[r];
        if (spread == 0) {
          java.util.Arrays.fill(row, 0); // also where an ignored row holds NaN
        } else {
          logits.read(r, row);
          double factor = spread / total[r];
          for (int i = 0; i < row.length; i++) row[i] = Math.exp(row[i] - logSumExp[r]) * factor;
        }
        if (forward.counts(targets[r])) row[forward.checked(targets[r], r, row.length)] -= g;
        dLogits.write(r, row);
      }
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
