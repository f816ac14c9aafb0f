package dev.ashlar.examples;

import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.Schedule;
import dev.ashlar.moba.model.Recompute;
import picocli.CommandLine.Option;

/** The options that say how it is trained. */
final class OptimizerOptions {
  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "800",
      converter = OptionValues.Positive.class,
      description = "updates of the parameters (${DEFAULT-VALUE})")
  int steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "4",
      converter = OptionValues.Positive.class,
      description = "sequences computed at a time (${DEFAULT-VALUE})")
  int batch;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      defaultValue = "1",
      converter = OptionValues.Positive.class,
      description = "batches whose gradients are averaged for one update (${DEFAULT-VALUE})")
  int accumulate;

  @Option(
      names = "--lr",
      paramLabel = "X",
      defaultValue = "0.003",
      converter = OptionValues.PositiveReal.class,
      description = "highest learning rate (${DEFAULT-VALUE})")
  double learningRate;

  @Option(
      names = "--min-lr",
      paramLabel = "X",
      defaultValue = "0.0003",
      converter = OptionValues.NotNegativeReal.class,
      description = "learning rate at the last step (${DEFAULT-VALUE})")
  double minLearningRate;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "40",
      converter = OptionValues.NotNegative.class,
      description = "steps over which the learning rate rises (${DEFAULT-VALUE})")
  int warmup;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      defaultValue = "0.1",
      converter = OptionValues.NotNegativeReal.class,
      description = "decoupled weight decay of matrices (${DEFAULT-VALUE})")
  double weightDecay;

  @Option(
      names = "--beta1",
      paramLabel = "X",
      defaultValue = "0.9",
      converter = OptionValues.BelowOne.class,
      description = "memory of AdamW's mean of gradients (${DEFAULT-VALUE})")
  double beta1;

  @Option(
      names = "--beta2",
      paramLabel = "X",
      defaultValue = "0.95",
      converter = OptionValues.BelowOne.class,
      description = "memory of AdamW's mean of squared gradients (${DEFAULT-VALUE})")
  double beta2;

  @Option(
      names = "--clip",
      paramLabel = "X",
      defaultValue = "1",
      converter = OptionValues.NotNegativeReal.class,
      description = "greatest norm of the gradient; 0 does not clip (${DEFAULT-VALUE})")
  double clip;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0",
      converter = OptionValues.BelowOne.class,
      description =
          "probability of a zero in embedded tokens and in what each half of a layer adds, while"
              + " training (${DEFAULT-VALUE})")
  double dropout;

  @Option(
      names = "--recompute",
      description =
          "compute layers again in the backward pass instead of keeping them: less memory")
  boolean recompute;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      converter = OptionValues.Whole.class,
      description = "what all random numbers come from: same seed, same model (${DEFAULT-VALUE})")
  long seed;

  /** Throws IllegalArgumentException naming the first option that does not suit the others. */
  void check() {
    if (minLearningRate > learningRate) {
      throw new IllegalArgumentException(
          "--min-lr %s is above --lr %s; give at most that"
              .formatted(minLearningRate, learningRate));
    }
  }

  /** Throws IllegalArgumentException if a batch has more tokens than one tensor of them holds. */
  void checkBatch(int context) {
    int most = (Integer.MAX_VALUE - 8) / context;
    if (batch > most) {
      throw new IllegalArgumentException(
          "--batch %d of --context %d is more than 2^31 - 9 tokens; give at most %d, and raise"
                  .formatted(batch, context, most)
              + " --accumulate");
    }
  }

  /** Returns the learning rate of each step. */
  Schedule schedule() {
    return Schedule.warmUpCosine(learningRate, minLearningRate, Math.min(warmup, steps - 1), steps);
  }

  /** Returns the optimizer. */
  AdamW optimizer() {
    return AdamW.of(schedule()).withBetas(beta1, beta2).withWeightDecay(weightDecay);
  }

  /** Returns the greatest norm of the gradient. */
  double clipLimit() {
    return clip == 0 ? Double.POSITIVE_INFINITY : clip;
  }

  /** Returns what the backward pass computes again. */
  Recompute recomputing() {
    return recompute ? Recompute.LAYERS : Recompute.NOTHING;
  }
}
