package dev.ashlar.examples.bench;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.TrainingStep;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.model.AttentionPlan;
import dev.ashlar.moba.model.Decoder;
import dev.ashlar.moba.model.DecoderConfig;
import dev.ashlar.moba.model.TokenBatch;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import java.util.List;
import java.util.Random;

/**
 * A training step: loss, gradients and AdamW, of a decoder with a tied head; operation by
 * operation, and as a program in planned memory.
 */
final class StepExperiments {
  private StepExperiments() {}

  static List<Experiment> of(Sizes sizes) {
    Sizes.Step step = sizes.step();
    int tokens = step.batch() * step.context();
    return List.of(
        new Experiment(Section.STEP, tokens, () -> List.of(new Training(step).eager())),
        new Experiment(Section.STEP, tokens, () -> List.of(new Training(step).compiled())));
  }

  private static final class Training {
    private final DecoderConfig config;
    private final TokenBatch tokens;
    private final AttentionPlan plan;
    private final AdamW optimizer = AdamW.of(3e-4);
    private Decoder model;
    private AdamW.State<Decoder> state;

    Training(Sizes.Step step) {
      config =
          DecoderConfig.of(step.vocabulary(), step.dim(), step.layers(), step.heads())
              .withTiedHead(true)
              .withContext(step.context());
      plan = AttentionPlan.full(step.layers());
      var packing = Packing.equal(step.batch(), step.context());
      tokens = new TokenBatch(tokens(packing.total(), 1), tokens(packing.total(), 2), packing);
      model = Decoder.init(config, Key.of(0), DType.F32);
      state = optimizer.init(model);
    }

    private Tensor tokens(int count, long seed) {
      return Tensor.of(new Random(seed).ints(count, 0, config.vocabulary()).toArray());
    }

    Work eager() {
      return work("", this::step);
    }

    Work compiled() {
      var whole = TrainingStep.<Decoder, TokenBatch>of((m, in) -> m.loss(in, plan), optimizer);
      var program = Compiled.of(whole::whole);
      return work(", program", () -> step(program)).closing(program::close);
    }

    private Work work(String how, Runnable body) {
      int count = tokens.packing().total();
      String name =
          "%d layers, width %d, %d x %d tokens%s"
              .formatted(
                  config.layers(),
                  config.dim(),
                  tokens.packing().sequences(),
                  config.context(),
                  how);
      return new Work(name, flops(), body).ofTokens(count);
    }

    private void step() {
      var loss = Grad.valueAndGrad(model, m -> m.loss(tokens, plan));
      var next = optimizer.update(model, loss.gradient(), state);
      model = next.model();
      state = next.state();
    }

    private void step(
        Compiled<TrainingStep.Before<Decoder, TokenBatch>, TrainingStep.After<Decoder>> program) {
      var moments = new AdamW.Moments<>(state.firstMoment(), state.secondMoment());
      Tensor pace = optimizer.pace(state.step());
      var next = program.call(new TrainingStep.Before<>(model, moments, tokens, pace));
      model = next.model();
      state = new AdamW.State<>(next.moments().first(), next.moments().second(), state.step() + 1);
    }

    /**
     * Counts a product with a parameter three times (once forward, twice backward), attention three
     * and a half times.
     */
    private double flops() {
      double norms = (2.0 * config.layers() + 1) * config.dim();
      double products = 6.0 * tokens.packing().total() * (config.parameters() - norms);
      double pairs = tokens.packing().sequences() * Pairs.dense(config.context());
      return products + 14.0 * config.layers() * config.dim() * pairs;
    }
  }
}
