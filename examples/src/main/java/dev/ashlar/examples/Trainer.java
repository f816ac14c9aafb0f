package dev.ashlar.examples;

import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.Gradients;
import dev.ashlar.autodiff.optim.TrainingStep;
import dev.ashlar.examples.data.Batch;
import dev.ashlar.examples.data.Batches;
import dev.ashlar.moba.model.AttentionPlan;
import dev.ashlar.moba.model.AttentionSchedule;
import dev.ashlar.moba.model.Decoder;
import dev.ashlar.moba.model.DecoderDropout;
import dev.ashlar.moba.model.Generator;
import dev.ashlar.moba.model.Sampler;
import dev.ashlar.moba.model.TokenBatch;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.KeyTensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.ProgramRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The training loop behind {@code train}. Equal options and seed give equal bits, on any number of
 * threads.
 */
final class Trainer {
  /** What a run depends on. */
  record Setup(
      ModelOptions model,
      OptimizerOptions optimizer,
      RunOptions run,
      ProgramRunner runner,
      Map<String, String> named) {}

  private final Setup setup;
  private final TrainingText text;
  private final CheckpointFolder checkpoints;
  private final AttentionSchedule attention;
  private final AdamW optimizer;
  private final Batches batches;
  private final Batches validation;

  // Training stands here: everything below goes into a checkpoint.
  private Decoder model;
  private AdamW.State<Decoder> state;
  private Key key;
  private long step;
  private long nextBatch;
  private double lossSum;
  private long lossCount;

  private @Nullable Path lastCheckpoint;

  /**
   * Makes a trainer at step 0, or where a checkpoint left off; its tensors belong to the innermost
   * scope.
   */
  Trainer(Setup setup, TrainingText text, CheckpointFolder checkpoints, @Nullable Path from) {
    this.setup = setup;
    this.text = text;
    this.checkpoints = checkpoints;
    OptimizerOptions options = setup.optimizer();
    int context = setup.model().context;
    this.attention = setup.model().schedule();
    this.optimizer = options.optimizer();
    this.batches = new Batches(text.training(), options.batch, context);
    this.validation = new Batches(text.validation(), options.batch, context);
    this.lastCheckpoint = from;
    this.key = Key.of(options.seed);
    if (from == null) {
      this.model = Decoder.init(setup.model().decoder(), key.fold(0), DType.F32);
      this.state = optimizer.init(model);
      return;
    }
    Checkpoint checkpoint = Checkpoint.read(from, optimizer);
    checkpoint.requireText(text);
    checkpoint.requireModel(from, setup.model().decoder());
    this.model = checkpoint.model().decoder();
    this.state = checkpoint.optimizer();
    this.key = checkpoint.position().random();
    this.step = checkpoint.position().step();
    this.nextBatch = checkpoint.position().nextBatch();
    this.lossSum = checkpoint.position().lossSum();
    this.lossCount = checkpoint.position().lossCount();
  }

  /** Returns how many updates are done. */
  long step() {
    return step;
  }

  /** Trains until the last step or a stop signal, and leaves a checkpoint either way. */
  void train(TrainReport report, StopSignal stop) throws IOException {
    int steps = setup.optimizer().steps;
    int evalEvery = setup.run().evalEvery;
    int checkpointEvery = setup.run().checkpointEvery;
    try (var training =
        setup.run().anomaly
            ? DecoderTraining.watched(setup.optimizer(), optimizer)
            : new DecoderTraining(setup.optimizer(), optimizer, setup.runner(), report::log)) {
      if (step == 0) evaluate(training, report);
      while (step < steps && !stop.requested()) {
        update(training, report);
        if (step % evalEvery == 0 || step == steps) evaluate(training, report);
        if (checkpointEvery > 0 && step % checkpointEvery == 0) save();
      }
      save();
    }
  }

  /** One step: the mean gradient of a few batches, clipped, and AdamW in place. */
  private void update(DecoderTraining training, TrainReport report) throws IOException {
    try (var _ = TensorScope.open()) {
      double rate = optimizer.rate(state);
      Updated now = setup.optimizer().accumulate == 1 ? fromOne(training) : fromSeveral(training);
      requireNumber(now.loss(), "the loss of step " + (step + 1));
      requireNumber(now.norm(), "the gradient's norm at step " + (step + 1));
      model = now.model();
      state = new AdamW.State<>(now.moments().first(), now.moments().second(), state.step() + 1);
      step++;
      lossSum += now.loss();
      lossCount++;
      report.step(step, now.loss(), rate, now.norm(), tokensPerStep());
    }
  }

  private record Updated(Decoder model, AdamW.Moments<Decoder> moments, double loss, double norm) {}

  private Updated fromOne(DecoderTraining training) {
    var next =
        training.whole(
            new TrainingStep.Before<>(model, moments(), lesson(), optimizer.pace(state.step())));
    return new Updated(next.model(), next.moments(), next.loss().item(), next.norm().item());
  }

  private Updated fromSeveral(DecoderTraining training) {
    Decoder total = Gradients.zeros(model);
    double loss = 0;
    for (int i = 0; i < setup.optimizer().accumulate; i++) {
      try (var _ = TensorScope.open()) {
        var sum = training.part(new TrainingStep.Part<>(model, total, lesson()));
        total = sum.total();
        loss += sum.loss().item() / setup.optimizer().accumulate;
      }
    }
    var next =
        training.finish(
            new TrainingStep.Unfinished<>(model, moments(), total, optimizer.pace(state.step())));
    return new Updated(next.model(), next.moments(), loss, next.norm().item());
  }

  private AdamW.Moments<Decoder> moments() {
    return new AdamW.Moments<>(state.firstMoment(), state.secondMoment());
  }

  private DecoderTraining.Lesson lesson() {
    OptimizerOptions options = setup.optimizer();
    long number = nextBatch++;
    TokenBatch tokens = tokens(batches.at(key.fold(1), number));
    DecoderDropout dropout =
        options.dropout == 0
            ? null
            : new DecoderDropout(options.dropout, KeyTensor.of(key.fold(3).fold(number)));
    return new DecoderTraining.Lesson(tokens, attention.at(step, options.steps), dropout);
  }

  /** Returns the mean loss on held-out text, the same batches every time. */
  private void evaluate(DecoderTraining training, TrainReport report) throws IOException {
    int batches = setup.run().evalBatches;
    AttentionPlan plan = attention.at(step, setup.optimizer().steps);
    double sum = 0;
    for (int i = 0; i < batches; i++) {
      try (var _ = TensorScope.open()) {
        TokenBatch tokens = tokens(validation.fixed(i, batches));
        sum += training.loss(model, DecoderTraining.Lesson.of(tokens, plan)).item();
      }
    }
    requireNumber(sum, "the validation loss after step " + step);
    report.evaluated(step, lossCount == 0 ? Double.NaN : lossSum / lossCount, sum / batches);
    lossSum = 0;
    lossCount = 0;
  }

  /** Returns text that continues the prompt. */
  String sample() {
    AttentionPlan plan = attention.at(step, setup.optimizer().steps);
    var generator = new Generator(model, plan, new Sampler(0.8, 0, 0.95));
    String prompt = setup.run().prompt;
    int count = setup.run().sampleTokens;
    int[] tokens = generator.generate(ByteText.tokens(prompt), count, key.fold(2));
    return prompt + ByteText.text(tokens);
  }

  private void save() throws IOException {
    AttentionPlan plan = attention.at(step, setup.optimizer().steps);
    var position = new Checkpoint.Position(step, nextBatch, key, text.hash(), lossSum, lossCount);
    lastCheckpoint =
        checkpoints.write(
            new Checkpoint(new LlamaFolder(model, plan), state, position, setup.named()));
  }

  private long tokensPerStep() {
    return (long) setup.optimizer().accumulate * batches.count() * batches.context();
  }

  private void requireNumber(double value, String what) {
    if (Double.isFinite(value)) return;
    throw new CommandException(
        "training diverged: %s is %s; %s; lower --lr or --clip, or lengthen --warmup",
        what,
        value,
        lastCheckpoint == null ? "no checkpoint was written yet" : "kept " + lastCheckpoint);
  }

  private static TokenBatch tokens(Batch batch) {
    return new TokenBatch(batch.inputs(), batch.targets(), batch.packing());
  }
}
