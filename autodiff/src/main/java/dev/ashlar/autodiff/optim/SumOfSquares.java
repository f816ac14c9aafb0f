package dev.ashlar.autodiff.optim;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.util.List;

/** x -> the sum of its elements' squares, F64 []: squared and added in double precision. */
public record SumOfSquares() implements Op.Custom {
  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    boolean fits = inputs.size() == 1 && Updates.isParameter(inputs.getFirst().dtype());
    if (!fits) throw new ShapeException("sumOfSquares: needs one tensor of reals, got %s", inputs);
    return List.of(new TensorSpec(DType.F64, Shape.scalar()));
  }

  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    Rows x = Rows.of(in.getFirst());
    double[] row = new double[x.width()];
    double total = 0;
    for (long r = 0; r < x.count(); r++) {
      x.read(r, row);
      double sum = 0;
      for (double each : row) sum += each * each;
      total += sum;
    }
    out.getFirst().setDouble(0, total);
  }
}
