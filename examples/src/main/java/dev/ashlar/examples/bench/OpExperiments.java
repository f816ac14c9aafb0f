package dev.ashlar.examples.bench;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.autodiff.nn.LayerNormOp;
import dev.ashlar.autodiff.nn.RmsNormOp;
import dev.ashlar.autodiff.nn.SwiGluOp;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.Rope;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;

/**
 * What a training step does beside matrix products and attention, one operation at a time, on
 * tensors that stay in the cache and on tensors far beyond it.
 */
final class OpExperiments {
  /**
   * Vector instructions of an exponential, as {@code VectorMath} makes it of float arithmetic; each
   * takes the place of a fused multiply-add, and counts as one.
   */
  static final double EXP = 2 * 12;

  private static final int DIM = 256;
  private static final int WIDTH = 512;
  private static final int VOCABULARY = 32_768;
  private static final int HEADS = 4;

  private OpExperiments() {}

  static List<Experiment> of(Sizes sizes) {
    List<Experiment> all = new ArrayList<>();
    for (int count : sizes.ops()) {
      all.add(new Experiment(Section.OPS, count, () -> elementwise(count)));
      all.add(new Experiment(Section.OPS, count, () -> layers(count)));
      all.add(new Experiment(Section.OPS, count, () -> layerNorm(count)));
      all.add(new Experiment(Section.OPS, count, () -> vocabulary(count)));
      all.add(new Experiment(Section.OPS, count, () -> moves(count)));
    }
    return all;
  }

  private static Tensor normal(int seed, int... dims) {
    return Tensor.normal(Key.of(seed), DType.F32, dims);
  }

  private static Tensor ids(int count, int below) {
    return Tensor.of(new Random(1).ints(count, 0, below).toArray());
  }

  private static List<Work> elementwise(int count) {
    Tensor x = normal(1, count / DIM, DIM);
    Tensor y = normal(2, count / DIM, DIM);
    Tensor row = normal(3, DIM);
    return List.of(
        new Work("x + y", count, () -> x.plus(y)).moving(Traffic.floats(count, 2, 1)),
        new Work("x * row", count, () -> x.times(row)).moving(Traffic.floats(count, 1, 1)),
        new Work("relu(x * y + row), 3 operations", 3.0 * count, () -> chain(x, y, row))
            .moving(Traffic.floats(count, 4, 3)),
        new Work("exp(x)", (EXP + 2) * count, x::exp).moving(Traffic.floats(count, 1, 1)),
        new Work("gelu(x)", (EXP + 20) * count, x::gelu).moving(Traffic.floats(count, 1, 1)),
        new Work("sum(x), all", count, () -> x.sum()).moving(Traffic.floats(count, 1, 0)),
        new Work("sum(x), last axis", count, () -> x.sum(-1)).moving(Traffic.floats(count, 1, 0)),
        new Work("sum(x), first axis", count, () -> x.sum(0)).moving(Traffic.floats(count, 1, 0)),
        new Work("max(x), last axis", count, () -> x.max(-1)).moving(Traffic.floats(count, 1, 0)));
  }

  private static Tensor chain(Tensor x, Tensor y, Tensor row) {
    return x.times(y).plus(row).relu();
  }

  private static List<Work> layers(int count) {
    Tensor wide = normal(1, Math.ceilDiv(count, WIDTH), WIDTH);
    Tensor x = normal(2, count / DIM, DIM);
    Tensor dY = normal(3, count / DIM, DIM);
    Tensor weight = normal(4, DIM);
    var norm = new RmsNormOp(1e-5);
    Tensor scale = Interpreter.callAll(norm, x, weight).get(1);
    Tensor dScale = scale.zerosLike();
    var normBack = new RmsNormOp.Backward(norm);
    var gate = new SwiGluOp();
    var gateBack = new SwiGluOp.Backward();
    return List.of(
        new Work("softmax, rows of 512", (EXP + 4) * count, () -> wide.softmax(-1))
            .moving(Traffic.floats(count, 1, 1)),
        new Work("log-softmax, rows of 512", (EXP + 4) * count, () -> wide.logSoftmax(-1))
            .moving(Traffic.floats(count, 1, 1)),
        new Work("RMS norm", 4.0 * count, () -> Interpreter.callAll(norm, x, weight))
            .moving(Traffic.floats(count, 1, 1)),
        new Work(
                "RMS norm, gradient",
                9.0 * count,
                () -> Interpreter.callAll(normBack, x, weight, scale, dY, dScale))
            .moving(Traffic.floats(count, 2, 1)),
        new Work("SwiGLU", (EXP + 5) * count, () -> Interpreter.call(gate, x, dY))
            .moving(Traffic.floats(count, 2, 1)),
        new Work("SwiGLU, gradient", (EXP + 10) * count, () -> swiGluBack(gateBack, x, dY))
            .moving(Traffic.floats(count, 3, 2)));
  }

  private static List<Work> layerNorm(int count) {
    Tensor x = normal(1, count / DIM, DIM);
    Tensor dY = normal(2, count / DIM, DIM);
    Tensor weight = normal(3, DIM);
    var norm = new LayerNormOp(1e-5);
    var back = new LayerNormOp.Backward(norm);
    List<Tensor> forward = Interpreter.callAll(norm, x, weight, weight);
    Tensor mean = forward.get(1);
    Tensor scale = forward.get(2);
    Tensor zeros = mean.zerosLike();
    return List.of(
        new Work("layer norm", 7.0 * count, () -> Interpreter.callAll(norm, x, weight, weight))
            .moving(Traffic.floats(count, 1, 1)),
        new Work(
                "layer norm, gradient",
                14.0 * count,
                () -> Interpreter.callAll(back, x, weight, mean, scale, dY, zeros, zeros))
            .moving(Traffic.floats(count, 2, 1)));
  }

  private static List<Tensor> swiGluBack(SwiGluOp.Backward op, Tensor x, Tensor dY) {
    return Interpreter.callAll(op, x, dY, dY);
  }

  private static List<Work> vocabulary(int count) {
    int classes = Math.min(VOCABULARY, count / 4);
    int rows = count / classes;
    Tensor logits = normal(1, rows, classes);
    Tensor targets = ids(rows, classes);
    var loss = new CrossEntropyOp(OptionalLong.empty());
    var back = new CrossEntropyOp.Backward(loss);
    List<Tensor> forward = Interpreter.callAll(loss, logits, targets);
    Tensor logSumExp = forward.get(1);
    Tensor total = forward.get(2);
    Tensor dLoss = logSumExp.zerosLike().plus(1.0 / rows);
    Tensor dLogSumExp = logSumExp.zerosLike();
    String name = "cross-entropy of %d classes".formatted(classes);
    return List.of(
        new Work(name, (EXP + 3) * count, () -> Interpreter.callAll(loss, logits, targets))
            .moving(Traffic.floats(count, 1, 0)),
        new Work(
                name + ", gradient",
                (EXP + 2) * count,
                () -> Interpreter.call(back, logits, targets, logSumExp, total, dLoss, dLogSumExp))
            .moving(Traffic.floats(count, 1, 1)));
  }

  private static List<Work> moves(int count) {
    int rows = count / DIM;
    Tensor table = normal(1, rows, DIM);
    Tensor ids = ids(rows, rows);
    Tensor heads = normal(2, rows, HEADS, DIM / HEADS);
    Packing packing = Packing.equal(Math.ceilDiv(rows, 2048), Math.min(rows, 2048));
    return List.of(
        new Work("embedding, rows of 256", 0, () -> table.embedding(ids))
            .moving(Traffic.floats(count, 1, 1)),
        new Work("embedding, gradient", count, () -> zeros(table).indexAdd(0, ids, table))
            .moving(Traffic.floats(count, 1, 1)),
        new Work("RoPE, 4 heads of 64", 3.0 * count, () -> Rope.rotate(heads, packing, 1e4))
            .moving(Traffic.floats(count, 1, 1)),
        new Work("transposed copy", 0, () -> table.transpose().copy())
            .moving(Traffic.floats(count, 1, 1)),
        new Work("heads before tokens, copy", 0, () -> heads.transpose(0, 1).copy())
            .moving(Traffic.floats(count, 1, 1)),
        update(count));
  }

  /** One zero in the place of all, as in the gradient of an embedding. */
  private static Tensor zeros(Tensor like) {
    return Tensor.zeros(DType.F32).expand(like.shape());
  }

  /** The update is in place: parameter and moments are overwritten every time. */
  private static Work update(int count) {
    var step = new AdamWStep(0.9, 0.999, 0.01, 1e-8);
    Tensor pace = AdamW.of(1e-3).pace(10);
    Tensor gradient = normal(4, count);
    var now = new Updated(normal(1, count), normal(2, count), normal(3, count).square());
    return new Work("AdamW", 12.0 * count, () -> now.step(step, gradient, pace))
        .moving(Traffic.floats(count, 4, 3));
  }

  private static final class Updated {
    private Tensor parameter;
    private Tensor first;
    private Tensor second;

    Updated(Tensor parameter, Tensor first, Tensor second) {
      this.parameter = parameter;
      this.first = first;
      this.second = second;
    }

    void step(AdamWStep op, Tensor gradient, Tensor pace) {
      List<Tensor> next = Interpreter.callAll(op, parameter, first, second, gradient, pace);
      parameter = next.get(0);
      first = next.get(1);
      second = next.get(2);
    }
  }
}
