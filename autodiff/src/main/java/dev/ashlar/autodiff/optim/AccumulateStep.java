package dev.ashlar.autodiff.optim;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.util.List;

/** (total, more) -> total + weight · more, in the memory of total. */
public record AccumulateStep(double weight) implements Op.Custom {
  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    return Steps.specs(label(), inputs, 1);
  }

  @Override
  public List<Integer> donations() {
    return List.of(0);
  }

  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    Rows total = Rows.of(in.get(0));
    Rows more = Rows.of(in.get(1));
    Rows sum = Rows.of(out.get(0));
    double[] a = new double[total.width()];
    double[] b = new double[total.width()];
    for (long r = 0; r < total.count(); r++) {
      total.read(r, a);
      more.read(r, b);
      for (int i = 0; i < a.length; i++) a[i] += weight * b[i];
      sum.write(r, a);
    }
  }
}
