package dev.ashlar.examples.bench;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.autodiff.nn.RmsNormOp;
import dev.ashlar.autodiff.nn.SwiGluOp;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.moba.Moba;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Works on normal numbers, and the same works where subnormal numbers lie or arise: processors
 * compute with those up to two hundred times more slowly. The first of each experiment is the
 * normal one.
 */
final class SubnormalExperiments {
  private static final int DIM = 256;

  private SubnormalExperiments() {}

  static List<Experiment> of(Sizes sizes) {
    int rows = sizes.rows();
    List<Experiment> all = new ArrayList<>();
    // Differences beyond 87, whose exponentials no normal number holds.
    all.add(pair(rows, "softmax", 1, 60, x -> x.softmax(-1)));
    all.add(pair(rows, "attention, 4 heads of 64", 1, 60, x -> attention(x)));
    all.add(pair(rows, "cross-entropy, gradient", 1, 60, x -> crossEntropy(x)));
    all.add(pair(rows, "SwiGLU", 1, 60, x -> Interpreter.call(new SwiGluOp(), x, x)));
    all.add(pair(rows, "RMS norm", 1, 1e-39, x -> rmsNorm(x)));
    all.add(pair(rows, "x + x", 1, 1e-39, x -> x.plus(x)));
    all.add(pair(rows, "x * 0.5", 1, 1e-39, x -> x.times(0.5)));
    all.add(pair(rows, "x W^T", 1, 1e-39, x -> x.matmul(x.get(0).expand(DIM, DIM).transpose())));
    all.add(
        new Experiment(
            Section.SUBNORMAL,
            rows,
            () -> List.of(update(rows, 1, "AdamW"), update(rows, 1e-22, "AdamW, subnormal"))));
    return all;
  }

  private static Experiment pair(
      int rows, String name, double normal, double scale, Function<Tensor, ?> function) {
    return new Experiment(
        Section.SUBNORMAL,
        rows,
        () -> {
          Tensor x = Tensor.normal(Key.of(1), DType.F32, rows, DIM);
          Tensor plain = x.times(normal).copy();
          Tensor odd = x.times(scale).copy();
          return List.of(
              new Work(name, 0, () -> function.apply(plain)),
              new Work(name + ", subnormal", 0, () -> function.apply(odd)));
        });
  }

  private static Tensor attention(Tensor x) {
    Tensor heads = x.reshape(x.dim(0), 4, 64);
    return Moba.dense(heads, heads, heads, Packing.of(x.dim(0)));
  }

  private static Tensor crossEntropy(Tensor x) {
    var loss = new CrossEntropyOp(OptionalLong.empty());
    Tensor targets = x.sum(1).zerosLike().toType(DType.I32);
    List<Tensor> forward = Interpreter.callAll(loss, x, targets);
    Tensor one = forward.get(0).zerosLike().plus(1);
    return Interpreter.call(
        new CrossEntropyOp.Backward(loss),
        x,
        targets,
        forward.get(1),
        forward.get(2),
        one,
        one.zerosLike());
  }

  private static Tensor rmsNorm(Tensor x) {
    return Interpreter.call(new RmsNormOp(1e-5), x, x.get(0));
  }

  private static Work update(int rows, double scale, String name) {
    Tensor gradient = Tensor.normal(Key.of(1), DType.F32, rows, DIM).times(scale).copy();
    Tensor pace = AdamW.of(1e-3).pace(10);
    var op = new AdamWStep(0.9, 0.999, 0.01, 1e-8);
    return new Work(
        name,
        0,
        () -> {
          Tensor zeros = gradient.zerosLike();
          Interpreter.callAll(op, zeros, zeros.copy(), zeros.copy(), gradient, pace);
        });
  }
}
