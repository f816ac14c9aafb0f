package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/** (x, y) -> x + 2y, in the memory of x: stands for an optimizer's update. */
record AddInPlace() implements Op.Custom {
  static Tensor of(Tensor x, Tensor y) {
    return Interpreter.call(new AddInPlace(), x, y);
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst());
  }

  @Override
  public List<Integer> donations() {
    return List.of(0);
  }

  @Override
  public void compute(List<Operand> inputs, List<Operand> outputs) {
    Operand x = inputs.get(0);
    Operand y = inputs.get(1);
    Operand out = outputs.getFirst();
    int columns = x.shape().dim(-1);
    for (long i = 0; i < x.size(); i++) {
      long at = at(out, i, columns);
      double sum = x.getDouble(at(x, i, columns)) + 2 * y.getDouble(at(y, i, columns));
      out.setDouble(at, sum);
    }
  }

  private static long at(Operand x, long i, int columns) {
    long[] strides = x.layout().strideElements();
    long row = strides.length == 2 ? i / columns * strides[0] : 0;
    return x.layout().offsetElements() + row + i % columns * strides[strides.length - 1];
  }
}
