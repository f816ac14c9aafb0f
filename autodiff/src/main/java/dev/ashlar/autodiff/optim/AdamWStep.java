package dev.ashlar.autodiff.optim;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.util.List;

/**
 * One update of one parameter, in place: (parameter p, first moment m, second moment v, gradient g,
 * pace of {@link AdamW#pace}) -> (p, m, v) with
 *
 * <pre>
 * m = beta1 · m + (1 - beta1) · g
 * v = beta2 · v + (1 - beta2) · g²
 * p = p - (decay · p + pace · m / (sqrt(v) + epsilon))
 * </pre>
 *
 * <p>where decay = rate · weightDecay, pace = rate · sqrt(1 - beta2^step) / (1 - beta1^step), and
 * epsilon is the optimizer's times sqrt(1 - beta2^step): algorithm 2 of arXiv 1711.05101 with both
 * bias corrections taken out of the loop.
 */
public record AdamWStep(double beta1, double beta2, double weightDecay, double epsilon)
    implements Op.Custom {
  private static final TensorSpec PACE = new TensorSpec(DType.F64, Shape.of(3));

  /** What of the update is the same for every element. */
  public record Numbers(double decay, double pace, double epsilon) {}

  /** Returns the numbers of this update, given its pace [3]. */
  public Numbers numbers(Operand pace) {
    long at = pace.layout().offsetElements();
    long stride = pace.layout().strideElements(0);
    double rate = pace.getDouble(at);
    double root = pace.getDouble(at + 2 * stride);
    return new Numbers(rate * weightDecay, pace.getDouble(at + stride), epsilon * root);
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    if (inputs.size() != 5 || !inputs.getLast().equals(PACE)) {
      throw new ShapeException(
          "adamWStep: needs (parameter, first moment, second moment, gradient, pace %s), got %s",
          PACE, inputs);
    }
    return Steps.specs(label(), inputs.subList(0, 4), 3);
  }

  @Override
  public List<Integer> donations() {
    return List.of(0, 1, 2);
  }

  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    Numbers now = numbers(in.get(4));
    List<Rows> from = in.subList(0, 4).stream().map(Rows::of).toList();
    List<Rows> to = out.stream().map(Rows::of).toList();
    int width = from.getFirst().width();
    double[] p = new double[width];
    double[] m = new double[width];
    double[] v = new double[width];
    double[] g = new double[width];
    for (long r = 0; r < from.getFirst().count(); r++) {
      from.get(0).read(r, p);
      from.get(1).read(r, m);
      from.get(2).read(r, v);
      from.get(3).read(r, g);
      for (int i = 0; i < width; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        p[i] -= now.decay() * p[i] + now.pace() * m[i] / (Math.sqrt(v[i]) + now.epsilon());
      }
      to.get(0).write(r, p);
      to.get(1).write(r, m);
      to.get(2).write(r, v);
    }
  }
}
