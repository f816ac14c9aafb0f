package dev.ashlar.examples.bench;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.Gradients;
import dev.ashlar.autodiff.optim.TrainingStep;
import dev.ashlar.moba.Moba;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.model.AttentionPlan;
import dev.ashlar.moba.model.Decoder;
import dev.ashlar.moba.model.DecoderConfig;
import dev.ashlar.moba.model.TokenBatch;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.CompileReport;
import dev.ashlar.tensor.program.Compiled;
import dev.ashlar.tensor.program.ProgramRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A program to time.
 *
 * @param flops floating-point operations of one call; of attention, those of visible pairs alone
 */
record DeviceWork(String name, double flops, Function<ProgramRunner, Ready> maker) {
  private static final int HEADS = 2;
  private static final int HEAD_DIM = 64;

  /** The program somewhere, with inputs of its own in the innermost scope. */
  interface Ready extends AutoCloseable {
    /** Runs it once. */
    void call();

    /** Returns what became of the program. */
    CompileReport report();

    @Override
    void close();
  }

  Ready on(ProgramRunner runner) {
    return maker.apply(runner);
  }

  static List<DeviceWork> all(DeviceBench.Sizes sizes) {
    List<DeviceWork> all = new ArrayList<>();
    for (int n : sizes.squares()) all.add(product(n));
    for (int n : sizes.lengths()) {
      var config = new MobaConfig(n / 8, 3);
      all.add(attention("dense, forward", n, false, null));
      all.add(attention("dense, forward+backward", n, true, null));
      all.add(attention("block, forward", n, false, config));
      all.add(attention("block, forward+backward", n, true, config));
    }
    all.add(step(sizes.step()));
    return all;
  }

  private static DeviceWork product(int n) {
    return new DeviceWork(
        "matrix product %d".formatted(n),
        2.0 * n * n * n,
        runner -> {
          record Pair(Tensor left, Tensor right) {}
          var pair = new Pair(normal(0, n, n), normal(1, n, n));
          return new Same<>(Compiled.of(runner, (Pair in) -> in.left().matmul(in.right())), pair);
        });
  }

  private record Attention(Tensor query, Tensor key, Tensor value) {
    static Attention of(int length) {
      return new Attention(
          normal(0, length, HEADS, HEAD_DIM),
          normal(1, length, HEADS, HEAD_DIM),
          normal(2, length, HEADS, HEAD_DIM));
    }
  }

  private static DeviceWork attention(
      String name, int length, boolean both, @Nullable MobaConfig config) {
    var packing = Packing.of(length);
    Function<Attention, Tensor> forward =
        config == null
            ? in -> Moba.dense(in.query(), in.key(), in.value(), packing)
            : in -> Moba.attention(in.query(), in.key(), in.value(), packing, config);
    Function<Attention, Object> function =
        both ? in -> Grad.valueAndGrad(in, x -> forward.apply(x).sum()) : forward::apply;
    double pairs = config == null ? Pairs.dense(length) : Pairs.moba(length, config);
    return new DeviceWork(
        "%s, %d tokens".formatted(name, length),
        (both ? 14 : 4) * HEADS * HEAD_DIM * pairs,
        runner -> new Same<>(Compiled.of(runner, function), Attention.of(length)));
  }

  private static DeviceWork step(Sizes.Step size) {
    DecoderConfig config =
        DecoderConfig.of(size.vocabulary(), size.dim(), size.layers(), size.heads())
            .withTiedHead(true)
            .withContext(size.context());
    int tokens = size.batch() * size.context();
    return new DeviceWork(
        "training step, %d layers of %d, %d tokens".formatted(size.layers(), size.dim(), tokens),
        6.0 * tokens * config.parameters(),
        runner -> new Training(runner, config, Packing.equal(size.batch(), size.context())));
  }

  private static Tensor normal(long number, int... dims) {
    return Tensor.normal(Key.of(number), DType.F32, dims);
  }

  /** The same inputs at every call. */
  private record Same<A, B>(Compiled<A, B> compiled, A inputs) implements Ready {
    @Override
    public void call() {
      compiled.call(inputs);
    }

    @Override
    public CompileReport report() {
      return compiled.report(inputs);
    }

    @Override
    public void close() {
      compiled.close();
    }
  }

  /** A step after the other. */
  private static final class Training implements Ready {
    private final Compiled<TrainingStep.Before<Decoder, TokenBatch>, TrainingStep.After<Decoder>>
        compiled;
    private TrainingStep.Before<Decoder, TokenBatch> before;

    Training(ProgramRunner runner, DecoderConfig config, Packing packing) {
      AttentionPlan plan = AttentionPlan.full(config.layers());
      AdamW optimizer = AdamW.of(3e-4);
      var step =
          TrainingStep.<Decoder, TokenBatch>of((m, batch) -> m.loss(batch, plan), optimizer)
              .withClip(1);
      compiled = Compiled.of(runner, step::whole);
      Decoder model = Decoder.init(config, Key.of(0), DType.F32);
      var moments = new AdamW.Moments<>(Gradients.zeros(model), Gradients.zeros(model));
      var batch = new TokenBatch(tokens(packing, config, 1), tokens(packing, config, 2), packing);
      before = new TrainingStep.Before<>(model, moments, batch, optimizer.pace(0));
    }

    private static Tensor tokens(Packing packing, DecoderConfig config, long seed) {
      return Tensor.of(new Random(seed).ints(packing.total(), 0, config.vocabulary()).toArray());
    }

    @Override
    public void call() {
      TrainingStep.After<Decoder> after = compiled.call(before);
      before =
          new TrainingStep.Before<>(after.model(), after.moments(), before.batch(), before.pace());
    }

    @Override
    public CompileReport report() {
      return compiled.report(before);
    }

    @Override
    public void close() {
      compiled.close();
    }
  }
}
