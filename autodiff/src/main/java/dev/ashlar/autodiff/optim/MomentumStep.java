package dev.ashlar.autodiff.optim;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.util.List;

/** One update with momentum, in place: (parameter, velocity, gradient) -> (parameter, velocity). */
public record MomentumStep(double rate, double momentum, boolean nesterov) implements Op.Custom {
  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    return Steps.specs(label(), inputs, 2);
  }

  @Override
  public List<Integer> donations() {
    return List.of(0, 1);
  }

  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    List<Rows> from = in.stream().map(Rows::of).toList();
    List<Rows> to = out.stream().map(Rows::of).toList();
    int width = from.getFirst().width();
    double[] p = new double[width];
    double[] v = new double[width];
    double[] g = new double[width];
    for (long r = 0; r < from.getFirst().count(); r++) {
      from.get(0).read(r, p);
      from.get(1).read(r, v);
      from.get(2).read(r, g);
      for (int i = 0; i < width; i++) {
        v[i] = momentum * v[i] + g[i];
        p[i] -= rate * (nesterov ? g[i] + momentum * v[i] : v[i]);
      }
      to.get(0).write(r, p);
      to.get(1).write(r, v);
    }
  }
}
