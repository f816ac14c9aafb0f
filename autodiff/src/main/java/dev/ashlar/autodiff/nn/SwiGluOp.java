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

/** (gate, up), of one shape -> silu(gate) · up, where silu(x) = x · sigmoid(x). */
public record SwiGluOp() implements DifferentiableOp {
  @Override
  public String label() {
    return "swiGlu";
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    TensorSpec gate = Checks.floating(label(), inputs, 2);
    Checks.same(label(), "up", gate, inputs.get(1));
    return List.of(gate);
  }

  /** Returns what the operation means, composed of core operations. */
  List<Tensor> composed(List<Tensor> in) {
    return List.of(in.get(0).silu().times(in.get(1)));
  }

  @Override
  public void compute(List<Operand> in, List<Operand> out) {
    Rows gate = Rows.of(in.get(0));
    Rows up = Rows.of(in.get(1));
    Rows y = Rows.of(out.get(0));
    double[] a = new double[gate.width()];
    double[] b = new double[gate.width()];
    for (long r = 0; r < gate.count(); r++) {
      gate.read(r, a);
      up.read(r, b);
      for (int i = 0; i < a.length; i++) a[i] = a[i] * sigmoid(a[i]) * b[i];
      y.write(r, a);
    }
  }

  private static double sigmoid(double x) {
    double e = Math.exp(-Math.abs(x)); // at most 1: no overflow
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
  }

  @Override
  public Saved saved() {
    return Saved.INPUTS;
  }

  @Override
  public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
    List<Tensor> gradients =
        Interpreter.callAll(new Backward(), call.input(0), call.input(1), dOutputs.getFirst());
    return gradients.stream().map(Optional::of).toList();
  }

  /**
   * The way back: (gate, up, dY) -> (dGate, dUp). With s = sigmoid(gate), silu' = s · (1 + gate ·
   * (1 - s)).
   */
  public record Backward() implements DifferentiableOp {
    @Override
    public String label() {
      return "swiGluBackward";
    }

    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      TensorSpec gate = Checks.floating(label(), inputs, 3);
      Checks.same(label(), "up", gate, inputs.get(1));
      Checks.same(label(), "dY", gate, inputs.get(2));
      return inputs.subList(0, 2);
    }

    List<Tensor> composed(List<Tensor> in) {
      Tensor gate = in.get(0);
      Tensor s = gate.sigmoid();
      Tensor slope = s.times(gate.times(s.unaryMinus().plus(1)).plus(1));
      return List.of(in.get(2).times(in.get(1)).times(slope), in.get(2).times(gate.times(s)));
    }

    @Override
    public void compute(List<Operand> in, List<Operand> out) {
      Rows gate = Rows.of(in.get(0));
      Rows up = Rows.of(in.get(1));
      Rows dY = Rows.of(in.get(2));
      Rows dGate = Rows.of(out.get(0));
      Rows dUp = Rows.of(out.get(1));
      double[] a = new double[gate.width()];
      double[] b = new double[gate.width()];
      double[] g = new double[gate.width()];
      for (long r = 0; r < gate.count(); r++) {
        gate.read(r, a);
        up.read(r, b);
        dY.read(r, g);
        for (int i = 0; i < a.length; i++) {
          double s = sigmoid(a[i]);
          b[i] *= g[i] * s * (1 + a[i] * (1 - s));
          a[i] *= g[i] * s;
        }
        dGate.write(r, b);
        dUp.write(r, a);
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
