package dev.ashlar.examples;

import dev.ashlar.examples.data.Corpus;
import dev.ashlar.examples.data.Entropy;
import dev.ashlar.examples.devices.DeviceChoice;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.TensorMemoryException;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.ProgramRunner;
import dev.ashlar.tensor.program.Runners;
import dev.ashlar.tensor.spi.Parallel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code train}: trains a byte-level decoder with full or MoBA attention on text. */
@Command(
    name = "train",
    description = "Trains a byte-level language model with full or MoBA attention on text.",
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    sortOptions = false)
final class TrainCommand implements Callable<Integer> {
  private static final Path DEFAULT_OUT = Path.of("runs", "train");

  @Mixin private final RunOptions run = new RunOptions();
  @Mixin private final ModelOptions model = new ModelOptions();
  @Mixin private final OptimizerOptions optimizer = new OptimizerOptions();

  private @Nullable CommandSpec spec;

  TrainCommand() {}

  @Spec
  void setSpec(CommandSpec command) {
    spec = command;
    Map<String, String> headings = new LinkedHashMap<>();
    headings.put("run", "Text, folders and reports");
    headings.put("model", "Model");
    headings.put("optimizer", "Training");
    HelpSections.install(command, headings);
  }

  private CommandLine commandLine() {
    if (spec == null) throw new IllegalStateException("train: run it by picocli");
    return spec.commandLine();
  }

  @Override
  public Integer call() throws Exception {
    Path from = run.resume == null ? null : resumeFrom();
    if (from != null) new SavedOptions(Checkpoint.options(from)).fill(commandLine());
    check();
    ProgramRunner runner = runner();
    Path out = from == null ? freshOut() : outOf(from);
    if (run.threads > 0) Parallel.threads(run.threads);
    Memory memory = run.memoryLimit == null ? Memory.shared() : Memory.withLimit(run.memoryLimit);
    try (var stop = StopSignal.onShutdown(() -> System.err.println("\nstopping after this step"));
        var _ = TensorScope.open(memory)) {
      train(out, from, runner, stop);
      return 0;
    } catch (TensorMemoryException e) {
      throw new CommandException(
          "%s; lower --batch (and raise --accumulate), or add --recompute", e.getMessage());
    } finally {
      if (memory != Memory.shared()) memory.close();
    }
  }

  private void train(Path out, @Nullable Path from, ProgramRunner runner, StopSignal stop)
      throws IOException {
    Corpus corpus = run.data == null ? Corpus.bundled() : Corpus.of(run.data);
    TrainingText text = TrainingText.of(corpus, model.context);
    Files.createDirectories(out);
    var checkpoints = CheckpointFolder.of(out);
    var setup =
        new Trainer.Setup(model, optimizer, run, runner, SavedOptions.of(commandLine()).values());
    var trainer = new Trainer(setup, text, checkpoints, from);
    if (trainer.step() >= optimizer.steps) {
      throw new CommandException(
          "%s is at step %d of %d already; --steps N trains on to step N",
          from, trainer.step(), optimizer.steps);
    }
    checkpoints.deleteAfter(trainer.step());
    Entropy entropy = Entropy.of(text.training(), text.validation());
    try (var report = TrainReport.open(out, entropy, trainer.step(), optimizer.steps)) {
      report.log(describe(corpus, out, from));
      trainer.train(report, stop);
      if (stop.requested()) {
        report.log("stopped after step %d; --resume %s goes on".formatted(trainer.step(), out));
      } else {
        report.finished(optimizer.steps, trainer.sample());
      }
    }
  }

  private String describe(Corpus corpus, Path out, @Nullable Path from) {
    return """
    text       %s, %,d bytes
    model      %,d parameters, %d layers of %d, %d heads over %d
    attention  %s
    out        %s%s\
    """
        .formatted(
            corpus.name(),
            corpus.size(),
            model.decoder().parameters(),
            model.layers,
            model.dim,
            model.heads,
            model.kvHeads,
            model.describeAttention(),
            out,
            from == null ? "" : ", from " + from.getFileName());
  }

  private ProgramRunner runner() {
    if (run.anomaly && !run.device.equals(Runners.CPU)) {
      throw new ParameterException(
          commandLine(), "--anomaly looks at this processor's numbers; leave out --device");
    }
    ProgramRunner runner = DeviceChoice.runner(run.device);
    return run.check ? Runners.checking(runner) : runner;
  }

  private void check() {
    try {
      model.check();
      optimizer.check();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(commandLine(), e.getMessage());
    }
  }

  private Path resumeFrom() {
    String where = run.resume;
    if (where != null && !where.isEmpty()) return CheckpointFolder.find(Path.of(where));
    return CheckpointFolder.find(run.out == null ? DEFAULT_OUT : run.out);
  }

  /** Returns the folder of the run that a checkpoint belongs to, unless another is named. */
  private Path outOf(Path checkpoint) {
    if (run.out != null) return run.out;
    Path folder = checkpoint.toAbsolutePath().normalize().getParent();
    if (folder != null && folder.endsWith("checkpoints") && folder.getParent() != null) {
      return folder.getParent();
    }
    throw new ParameterException(
        commandLine(),
        "--resume: %s lies in no run's folder; name one with --out".formatted(checkpoint));
  }

  /** Returns a folder without a run. */
  private Path freshOut() {
    if (run.out != null) {
      if (CheckpointFolder.of(run.out).newest().isEmpty()) return run.out;
      throw new ParameterException(
          commandLine(),
          "--out: %s holds a run already; go on with it by --resume, or name another folder"
              .formatted(run.out));
    }
    Path out = DEFAULT_OUT;
    for (int i = 2; Files.exists(out); i++) out = DEFAULT_OUT.resolveSibling("train-" + i);
    return out;
  }
}
