package dev.ashlar.examples;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.nn.Linear;
import dev.ashlar.autodiff.nn.Losses;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;

/** Learns exclusive or with two layers: the whole of a training loop. */
public final class XorJava {
  private XorJava() {}

  record Model(Linear hidden, Linear output) {
    static Model init(Key key) {
      Key[] keys = key.split(2);
      return new Model(
          Linear.init(keys[0], DType.F32, 2, 8).withBias(),
          Linear.init(keys[1], DType.F32, 8, 1).withBias());
    }

    Tensor forward(Tensor x) {
      return output.forward(hidden.forward(x).tanh());
    }

    Tensor loss(Tensor x, Tensor y) {
      return Losses.binaryCrossEntropy(forward(x), y);
    }
  }

  /** Trains and returns the last loss. */
  static double train(int steps) {
    try (var _ = TensorScope.open()) {
      var x = Tensor.of(Shape.of(4, 2), 0f, 0f, 0f, 1f, 1f, 0f, 1f, 1f);
      var y = Tensor.of(Shape.of(4, 1), 0f, 1f, 1f, 0f);
      var model = Model.init(Key.of(42));
      var optimizer = AdamW.of(0.05);
      var state = optimizer.init(model);
      double last = Double.NaN;
      for (int step = 1; step <= steps; step++) {
        try (var _ = TensorScope.open()) {
          var loss = Grad.valueAndGrad(model, m -> m.loss(x, y));
          var next = optimizer.update(model, loss.gradient(), state);
          model = next.model();
          state = next.state();
          last = loss.value().item();
          if (step % 100 == 0) System.out.printf("step %d  loss %.4f%n", step, last);
        }
      }
      System.out.println(model.forward(x).sigmoid());
      return last;
    }
  }

  /** Trains for a second or so. */
  public static void main(String[] arguments) {
    train(500);
  }
}
