package dev.ashlar.examples;

import dev.ashlar.examples.data.Entropy;
import dev.ashlar.examples.report.LossPlot;
import dev.ashlar.examples.report.MetricsFile;
import dev.ashlar.examples.report.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells how training goes: progress and log lines on the screen, {@code metrics.jsonl} and {@code
 * loss.png} on disk.
 */
final class TrainReport implements AutoCloseable {
  private static final String STEP_LOSS = "loss";
  private static final String TRAINING = "train_loss";
  private static final String VALIDATION = "validation_loss";

  private final Path out;
  private final Entropy entropy;
  private final Progress progress;
  private final MetricsFile metrics;
  private long tokens;
  private double rate = Double.NaN;
  private double norm = Double.NaN;
  private long sinceNanos = System.nanoTime();
  private double validationLoss = Double.NaN;

  private TrainReport(Path out, Entropy entropy, Progress progress, MetricsFile metrics) {
    this.out = out;
    this.entropy = entropy;
    this.progress = progress;
    this.metrics = metrics;
  }

  /** Begins a report in a folder, or takes one up after {@code step}. */
  static TrainReport open(Path out, Entropy entropy, long step, long steps) throws IOException {
    Path file = out.resolve(RunFolder.METRICS);
    MetricsFile metrics = step == 0 ? MetricsFile.create(file) : MetricsFile.resume(file, step);
    return new TrainReport(
        out, entropy, Progress.start(Progress.suitable(false), step, steps), metrics);
  }

  /** Prints a line. */
  void log(String line) {
    progress.log(line);
  }

  /** Tells that a step is done. */
  void step(long step, double loss, double learningRate, double gradientNorm, long count)
      throws IOException {
    tokens += count;
    rate = learningRate;
    norm = gradientNorm;
    Map<String, Object> measured = new LinkedHashMap<>();
    measured.put(STEP_LOSS, loss);
    measured.put("learning_rate", learningRate);
    measured.put("gradient_norm", gradientNorm);
    metrics.append(step, measured);
    progress.step(step, loss, count);
  }

  /** Tells what an evaluation found. */
  void evaluated(long step, double trainingLoss, double loss) throws IOException {
    validationLoss = loss;
    long now = System.nanoTime();
    double speed = tokens / ((now - sinceNanos) * 1e-9);
    Map<String, Object> measured = new LinkedHashMap<>();
    if (step > 0) measured.put(TRAINING, trainingLoss);
    measured.put(VALIDATION, loss);
    if (tokens > 0) measured.put("tokens_per_second", Math.round(speed));
    metrics.append(step, measured);
    log(
        step == 0
            ? "step %5d  validation %.4f".formatted(step, loss)
            : "step %5d  train %.4f  validation %.4f  %,.0f tok/s  lr %.2e  gradient %.3f"
                .formatted(step, trainingLoss, loss, speed, rate, norm));
    tokens = 0;
    sinceNanos = System.nanoTime();
  }

  /**
   * Draws both curves, keeps and shows the sample, and says how the loss compares with the
   * yardsticks.
   */
  void finished(long step, String sample) throws IOException {
    plot();
    Files.writeString(out.resolve("sample.txt"), sample);
    log("");
    sample.lines().forEach(this::log);
    log("");
    log(compared("validation loss", validationLoss));
    log(compared("bigram entropy", entropy.bigramNats()));
    log(compared("unigram entropy", entropy.unigramNats()));
    log("%d steps in %s: checkpoints/, metrics.jsonl, loss.png, sample.txt".formatted(step, out));
  }

  private static String compared(String name, double nats) {
    return "%-16s %.4f nats, %.4f bits per byte".formatted(name, nats, nats / Math.log(2));
  }

  private void plot() {
    Map<String, Double> yardsticks = new LinkedHashMap<>();
    yardsticks.put("unigram entropy", entropy.unigramNats());
    yardsticks.put("bigram entropy", entropy.bigramNats());
    try {
      var curves = List.of(curve("training", STEP_LOSS), curve("validation", VALIDATION));
      LossPlot.write(out.resolve("loss.png"), "Training", curves, yardsticks);
    } catch (IOException e) {
      // A machine without fonts draws nothing; the numbers are in the metrics.
      log(e.getMessage());
    }
  }

  private MetricsFile.Curve curve(String name, String metric) throws IOException {
    MetricsFile.Curve measured = metrics.curve(metric);
    return new MetricsFile.Curve(name, measured.steps(), measured.values());
  }

  @Override
  public void close() throws IOException {
    progress.close();
    metrics.close();
  }
}
