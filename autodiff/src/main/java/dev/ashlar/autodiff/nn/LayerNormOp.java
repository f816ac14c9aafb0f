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
 * Layer norm: (x [..., D], weight [D], bias [D]) -> ((x - mean) · scale · weight + bias, mean
 * [...], scale [...] = 1 / sqrt(variance + epsilon)).
 */
public record LayerNormOp(double epsilon) implements DifferentiableOp {
  @Override
  public String label() {
    return "layerNorm";
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    TensorSpec x = Checks.floating(label(), inputs, 3);
    Checks.lastAxis(label(), "weight", x, inputs.get(1));
    Checks.lastAxis(label(), "bias", x, inputs.get(2));
    TensorSpec column = x.with(x.shape().without(-1));
    return List.of(x, column, column);
  }

  /** Returns what the operation means, composed of core operations. */
  List<Tensor> composed(List<Tensor> in) {
    Tensor mean = in.get(0).meanKeep(-1);
    Tensor centered = in.get(0).minus(mean);
    Tensor scale = centered.square().meanKeep(-1).plus(epsilon).rsqrt();
    Tensor y = centered.times(scale).times(in.get(1)).plus(in.get(2));
    return List.of(y, mean.squeeze(-1), scale.squeeze(-1));
  }

  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    Rows x = Rows.of(in.get(0));
    Rows y = Rows.of(out.get(0));
    int dim = x.width();
    double[] weight = new double[dim];
    double[] bias = new double[dim];
    double[] row = new double[dim];
    Rows.of(in.get(1)).read(0, weight);
    Rows.of(in.get(2)).read(0, bias);
    for (long r = 0; r < x.count(); r++) {
      x.read(r, row);
      double sum = 0;
      for (double each : row) sum += each;
      double mean = sum / dim;
      double squares = 0;
      for (double each : row) squares += (each - mean) * (each - mean);
      double scale = 1 / Math.sqrt(squares / dim + epsilon);
      for (int i = 0; i < dim; i++) row[i] = (row[i] - mean) * scale * weight[i] + bias[i];
      y.write(r, row);
      out.get(1).setDouble(r, mean);
      out.get(2).setDouble(r, scale);
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
            call.output(2),
            dOutputs.get(0),
            dOutputs.get(1),
            dOutputs.get(2));
    return gradients.stream().map(Optional::of).toList();
  }

  /**
   * The way back: (x, weight, mean, scale, dY [..., D], dMean [...], dScale [...]) -> (dX, dWeight,
   * dBias). With s = scale, c = x - mean and w = weight · dY, dX = s · (w - mean of w) - c · s³ / D
   * · (sum of w · c + dScale) + dMean / D.
   */
  public record Backward(LayerNormOp forward) implements DifferentiableOp {
    @Override
    public String label() {
      return "layerNormBackward";
    }

    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      TensorSpec x = Checks.floating(label(), inputs, 7);
      TensorSpec weight = inputs.get(1);
      List<TensorSpec> made = forward.specs(List.of(x, weight, weight));
      Checks.same(label(), "mean", made.get(1), inputs.get(2));
      Checks.same(label(), "scale", made.get(2), inputs.get(3));
      Checks.same(label(), "dY", made.get(0), inputs.get(4));
      Checks.same(label(), "dMean", made.get(1), inputs.get(5));
      Checks.same(label(), "dScale", made.get(2), inputs.get(6));
      return List.of(x, weight, weight);
    }

    List<Tensor> composed(List<Tensor> in) {
      int dim = in.get(0).dim(-1);
      Tensor centered = in.get(0).minus(in.get(2).unsqueeze(-1));
      Tensor scale = in.get(3).unsqueeze(-1);
      Tensor dY = in.get(4);
      Tensor weighted = in.get(1).times(dY);
      Tensor along = weighted.times(centered).sumKeep(-1).plus(in.get(6).unsqueeze(-1));
      Tensor cube = scale.square().times(scale).div(dim);
      Tensor dX =
          scale
              .times(weighted.minus(weighted.meanKeep(-1)))
              .minus(centered.times(cube).times(along))
              .plus(in.get(5).unsqueeze(-1).div(dim));
      Tensor dWeight = Checks.rows(dY.times(centered).times(scale)).sum(0);
      return List.of(dX, dWeight, Checks.rows(dY).sum(0));
    }

    @Override
    public void compute(List<Operand> in, List<Operand> out) {
      Rows x = Rows.of(in.get(0));
      Rows dY = Rows.of(in.get(4));
      Rows dX = Rows.of(out.get(0));
      double[] means = Checks.doubles(in.get(2));
      double[] scales = Checks.doubles(in.get(3));
      double[] dMeans = Checks.doubles(in.get(5));
      double[] dScales = Checks.doubles(in.get(6));
      int dim = x.width();
      double[] weight = new double[dim];
      double[] dWeight = new double[dim];
      double[] dBias = new double[dim];
      double[] row = new double[dim];
      double[] dRow = new double[dim];
      Rows.of(in.get(1)).read(0, weight);
      for (int r = 0; r < scales.length; r++) {
        x.read(r, row);
        dY.read(r, dRow);
        double scale = scales[r];
        double sum = 0;
        double along = dScales[r];
        for (int i = 0; i < dim; i++) {
          row[i] -= means[r];
          sum += weight[i] * dRow[i];
          along += weight[i] * dRow[i] * row[i];
        }
        double shift = (dMeans[r] - scale * sum) / dim;
        double back = along * scale * scale * scale / dim;
        for (int i = 0; i < dim; i++) {
          dWeight[i] += dRow[i] * row[i] * scale;
          dBias[i] += dRow[i];
          dRow[i] = scale * weight[i] * dRow[i] - row[i] * back + shift;
        }
        dX.write(r, dRow);
      }
      Rows.of(out.get(1)).write(0, dWeight);
      Rows.of(out.get(2)).write(0, dBias);
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
