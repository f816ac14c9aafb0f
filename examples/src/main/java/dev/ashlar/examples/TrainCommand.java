package dev.ashlar.examples;

import com.sun.management.OperatingSystemMXBean;
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
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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
    Path named = run.resume == null ? null : resumeFrom(run.resume);
    Path from = named == null ? null : named.toRealPath();
    if (from != null) new SavedOptions(Checkpoint.options(from)).fill(commandLine());
    check();
    requireMemory();
    ProgramRunner runner = runner();
    Path out = out(named);
    if (run.threads > 0) Parallel.threads(run.threads);
    // What a run writes is no text to go on with: it would be another one every time.
    Corpus corpus =
        run.data == null ? Corpus.bundled() : Corpus.of(run.data).without(run.data, out);
    TrainingText text = TrainingText.of(corpus, model.context);
    Memory memory = run.memoryLimit == null ? Memory.shared() : Memory.withLimit(run.memoryLimit);
    try (var _ = hold(out, from);
        var stop = StopSignal.onShutdown(() -> System.err.println("\nstopping after this step"));
        var _ = TensorScope.open(memory)) {
      train(new Run(corpus, text, out, from), runner, stop);
      return 0;
    } catch (TensorMemoryException e) {
      throw new CommandException(
          "%s; lower --batch (and raise --accumulate), or add --recompute", e.getMessage());
    } finally {
      if (memory != Memory.shared()) memory.close();
    }
  }

  /** What is learned, where, and the checkpoint it goes on from. */
  private record Run(Corpus corpus, TrainingText text, Path out, @Nullable Path from) {}

  private void train(Run run, ProgramRunner runner, StopSignal stop) throws IOException {
    var checkpoints = CheckpointFolder.of(run.out);
    var named = SavedOptions.of(commandLine()).values();
    var setup = new Trainer.Setup(model, optimizer, this.run, runner, named);
    var trainer = new Trainer(setup, run.text, checkpoints, run.from);
    if (trainer.step() >= optimizer.steps) {
      throw new CommandException(
          "%s is at step %d of %d already; --steps N trains on to step N",
          run.from, trainer.step(), optimizer.steps);
    }
    checkpoints.deleteAfter(trainer.step());
    Entropy entropy = Entropy.of(run.text.training(), run.text.validation());
    try (var report = TrainReport.open(run.out, entropy, trainer.step(), optimizer.steps)) {
      report.log(describe(run));
      trainer.train(report, stop);
      if (trainer.step() < optimizer.steps) {
        report.log("stopped after step %d; --resume %s goes on".formatted(trainer.step(), run.out));
      } else {
        report.finished(optimizer.steps, trainer.sample());
      }
    }
  }

  private String describe(Run run) {
    return """
    text       %s, %,d bytes
    model      %,d parameters, %d layers of %d, %d heads over %d
    attention  %s
    out        %s%s\
    """
        .formatted(
            run.corpus.name(),
            run.corpus.size(),
            model.decoder().parameters(),
            model.layers,
            model.dim,
            model.heads,
            model.kvHeads,
            model.describeAttention(),
            run.out,
            run.from == null ? "" : ", from " + run.from.getFileName());
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
      optimizer.checkBatch(model.context);
      ByteText.requireRoom("--sample-tokens", run.prompt, run.sampleTokens);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(commandLine(), e.getMessage());
    }
  }

  /** Refuses a model that cannot be held, before anything is drawn or read. */
  private void requireMemory() {
    double needed = model.memoryBytes();
    double there = run.memoryLimit == null ? machineBytes() : run.memoryLimit;
    if (needed <= there) return;
    throw new CommandException(
        "%.3g parameters take %.3g bytes with AdamW's two moments, and %s %.3g; lower --layers, --dim"
            + " or --hidden",
        needed / ModelOptions.BYTES_OF_A_PARAMETER,
        needed,
        run.memoryLimit == null ? "this machine has" : "--memory-limit allows",
        there);
  }

  private static double machineBytes() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return (double) system.getTotalMemorySize() + system.getTotalSwapSpaceSize();
  }

  private Path resumeFrom(String where) {
    if (where.isEmpty()) {
      throw new ParameterException(commandLine(), "--resume: got ''; name a run's folder");
    }
    if (!where.equals(RunOptions.NO_FOLDER)) return CheckpointFolder.find(Path.of(where));
    return CheckpointFolder.find(run.out == null ? RunFolder.USUAL : run.out);
  }

  /** Returns the folder to write into: the one named, else that of the checkpoint's run. */
  private Path out(@Nullable Path checkpoint) throws IOException {
    if (run.out != null) return run.out;
    if (checkpoint == null) return RunFolder.free();
    // A link may stand for the checkpoint, for the folder around it or for the whole run.
    for (Path path : List.of(checkpoint.toAbsolutePath().normalize(), checkpoint.toRealPath())) {
      Path folder = path.getParent();
      if (folder == null || folder.getParent() == null) continue;
      var checkpoints = CheckpointFolder.of(folder.getParent());
      if (checkpoints.path().equals(folder) && checkpoints.holds(checkpoint)) {
        return folder.getParent();
      }
    }
    throw new ParameterException(
        commandLine(),
        "--resume: %s lies in no run's folder; name one with --out".formatted(checkpoint));
  }

  private RunFolder hold(Path out, @Nullable Path from) throws IOException {
    try {
      return RunFolder.hold(out, from);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(commandLine(), e.getMessage());
    }
  }
}
