package dev.ashlar.autodiff.nn;

import dev.ashlar.autodiff.Call;
import dev.ashlar.autodiff.DifferentiableOp;
import dev.ashlar.autodiff.Saved;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.util.List;
import java.util.Optional;

/**
 * Root mean square norm: (x [..., D], weight [D]) -> (x · scale · weight, scale [...] = 1 /
 * sqrt(mean x² + epsilon)).
 */
public record RmsNormOp(double epsilon) implements DifferentiableOp {
  @Override
  public String label() {
    return "rmsNorm";
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    TensorSpec x = Checks.floating(label(), inputs, 2);
    Checks.lastAxis(label(), "weight", x, inputs.get(1));
    return List.of(x, x.with(x.shape().without(-1)));
  }

  /** Returns what the operation means, composed of core operations. */
  List<Tensor> composed(List<Tensor> in) {
    Tensor scale = in.get(0).square().meanKeep(-1).plus(epsilon).rsqrt();
    return List.of(in.get(0).times(scale).times(in.get(1)), scale.squeeze(-1));
  }

  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    Rows x = Rows.of(in.get(0));
    Rows y = Rows.of(out.get(0));
    int dim = x.width();
    double[] weight = new double[dim];
    double[] row = new double[dim];
    Rows.of(in.get(1)).read(0, weight);
    for (long r = 0; r < x.count(); r++) {
      x.read(r, row);
      double squares = 0;
      for (double each : row) squares += each * each;
      double scale = 1 / Math.sqrt(squares / dim + epsilon);
      for (int i = 0; i < dim; i++) row[i] *= scale * weight[i];
      y.write(r, row);
      out.get(1).setDouble(r, scale);
    }
  }

  @Override
  public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
    List<Tensor> gradients =
        Interpreter.callAll(
            new Backward(this),
            call.input(0),
            call.input(1),
            call.output(1),
            dOutputs.get(0),
            dOutputs.get(1));
    return gradients.stream().map(Optional::of).toList();
  }

  /**
   * The way back: (x, weight, scale, dY [..., D], dScale [...]) -> (dX, dWeight). With s = scale,
   * dX = s · weight · dY - x · s³ / D · (sum of weight · dY · x + dScale).
   */
  public record Backward(RmsNormOp forward) implements DifferentiableOp {
    @Override
    public String label() {
      return "rmsNormBackward";
    }

    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      Checks.floating(label(), inputs, 5);
      List<TensorSpec> made = forward.specs(inputs.subList(0, 2));
      Checks.same(label(), "scale", made.get(1), inputs.get(2));
      Checks.same(label(), "dY", made.get(0), inputs.get(3));
      Checks.same(label(), "dScale", made.get(1), inputs.get(4));
      return inputs.subList(0, 2);
    }

    List<Tensor> composed(List<Tensor> in) {
      Tensor x = in.get(0);
      Tensor scale = in.get(2).unsqueeze(-1);
      Tensor weighted = in.get(1).times(in.get(3));
      Tensor along = weighted.times(x).sumKeep(-1).plus(in.get(4).unsqueeze(-1));
      Tensor cube = scale.square().times(scale).div(x.dim(-1));
      Tensor dX = scale.times(weighted).minus(x.times(cube).times(along));
      Tensor products = in.get(3).times(x).times(scale);
      Tensor dWeight = Checks.rows(products).sum(0);
      return List.of(dX, dWeight);
    }

    @Override
    public void compute(List<Operand> in, List<Operand> out) {
      Rows x = Rows.of(in.get(0));
      Rows dY = Rows.of(in.get(3));
      Rows dX = Rows.of(out.get(0));
      double[] scales = Checks.doubles(in.get(2));
      double[] dScales = Checks.doubles(in.get(4));
      int dim = x.width();
      double[] weight = new double[dim];
      double[] dWeight = new double[dim];
      double[] row = new double[dim];
      double[] dRow = new double[dim];
      Rows.of(in.get(1)).read(0, weight);
      for (int r = 0; r < scales.length; r++) {
        x.read(r, row);
        dY.read(r, dRow);
        double scale = scales[r];
        double along = dScales[r];
        for (int i = 0; i < dim; i++) along += weight[i] * dRow[i] * row[i];
        double back = along * scale * scale * scale / dim;
        for (int i = 0; i < dim; i++) {
          dWeight[i] += dRow[i] * row[i] * scale;
          dRow[i] = scale * weight[i] * dRow[i] - row[i] * back;
        }
        dX.write(r, dRow);
      }
      Rows.of(out.get(1)).write(0, dWeight);
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
