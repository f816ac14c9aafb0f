package dev.ashlar.examples;

import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.TrainingStep;
import dev.ashlar.moba.model.AttentionPlan;
import dev.ashlar.moba.model.Decoder;
import dev.ashlar.moba.model.DecoderDropout;
import dev.ashlar.moba.model.Recompute;
import dev.ashlar.moba.model.TokenBatch;
import dev.ashlar.tensor.Anomaly;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import dev.ashlar.tensor.program.ProgramRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What training computes, as functions of tensors: the same ones run eagerly or as programs,
 * compiled when they are first called.
 */
final class DecoderTraining implements AutoCloseable {
  /** What a loss is computed of, beside the model. */
  record Lesson(TokenBatch tokens, AttentionPlan plan, @Nullable DecoderDropout dropout) {
    /** Returns one without dropout. */
    static Lesson of(TokenBatch tokens, AttentionPlan plan) {
      return new Lesson(tokens, plan, null);
    }

    private Tensor loss(Decoder model, Recompute recompute) {
      return model.loss(tokens, plan, new Decoder.Training(recompute, dropout));
    }
  }

  /** A model and what it is judged by. */
  private record Judged(Decoder model, Lesson lesson) {}

  private final @Nullable ProgramRunner runner;
  private final boolean watched;
  private final Consumer<String> log;
  private final List<Compiled<?, ?>> programs = new ArrayList<>();
  private final Function<TrainingStep.Before<Decoder, Lesson>, TrainingStep.After<Decoder>> whole;
  private final Function<TrainingStep.Part<Decoder, Lesson>, TrainingStep.Summed<Decoder>> part;
  private final Function<TrainingStep.Unfinished<Decoder>, TrainingStep.Finished<Decoder>> finish;
  private final Function<Judged, Tensor> judge;

  /**
   * Prepares training.
   *
   * @param runner where programs run, or null to compute eagerly
   * @param log told what became of each program
   */
  DecoderTraining(
      OptimizerOptions options,
      AdamW optimizer,
      @Nullable ProgramRunner runner,
      Consumer<String> log) {
    this(options, optimizer, runner, log, false);
  }

  private DecoderTraining(
      OptimizerOptions options,
      AdamW optimizer,
      @Nullable ProgramRunner runner,
      Consumer<String> log,
      boolean watched) {
    this.runner = runner;
    this.watched = watched;
    this.log = log;
    var step =
        TrainingStep.<Decoder, Lesson>of(
                (model, in) -> in.loss(model, options.recomputing()), optimizer)
            .withClip(options.clipLimit());
    double weight = 1.0 / options.accumulate;
    this.whole = prepared("training step", step::whole);
    this.part = prepared("gradient", in -> step.part(in, weight));
    this.finish = prepared("update", step::finish);
    this.judge = prepared("evaluation", in -> in.lesson().loss(in.model(), Recompute.NOTHING));
  }

  /** Returns training that stops at the first operation that makes a NaN or an infinity. */
  static DecoderTraining watched(OptimizerOptions options, AdamW optimizer) {
    return new DecoderTraining(options, optimizer, null, _ -> {}, true);
  }

  private <A, B> Function<A, B> prepared(String name, Function<A, B> function) {
    if (watched) return in -> Anomaly.detect(() -> function.apply(in));
    if (runner == null) return function;
    Compiled<A, B> compiled = Compiled.of(runner, function);
    programs.add(compiled);
    return in -> {
      int before = compiled.programCount();
      B result = compiled.call(in);
      if (compiled.programCount() > before) log.accept(name + " on " + compiled.report(in));
      return result;
    };
  }

  /** Makes one update from one batch. */
  TrainingStep.After<Decoder> whole(TrainingStep.Before<Decoder, Lesson> before) {
    return whole.apply(before);
  }

  /** Adds the gradient of one batch of several. */
  TrainingStep.Summed<Decoder> part(TrainingStep.Part<Decoder, Lesson> one) {
    return part.apply(one);
  }

  /** Makes one update from the sum of gradients. */
  TrainingStep.Finished<Decoder> finish(TrainingStep.Unfinished<Decoder> sum) {
    return finish.apply(sum);
  }

  /** Returns the loss [] of a model that is not being trained. */
  Tensor loss(Decoder model, Lesson lesson) {
    return judge.apply(new Judged(model, lesson));
  }

  @Override
  public void close() {
    programs.forEach(Compiled::close);
  }
}
