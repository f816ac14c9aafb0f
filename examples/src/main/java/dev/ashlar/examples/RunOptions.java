package dev.ashlar.examples;

import dev.ashlar.tensor.program.Runners;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say on what, where and with what report. */
final class RunOptions {
  /** Of {@code --resume} without a folder; no path is so named. */
  static final String NO_FOLDER = "\0";

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "text to learn: a file, a folder, or a jar or zip (the sources of Apache Commons Lang)")
  @Nullable Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "folder for checkpoints, metrics and the plot (runs/train, or the next free name)")
  @Nullable Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      arity = "0..1",
      fallbackValue = NO_FOLDER,
      description =
          "go on from the newest checkpoint in DIR, or in --out; options not given are the"
              + " checkpoint's")
  @Nullable String resume;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      converter = OptionValues.NotNegative.class,
      description =
          "threads; 0 is one for each processor. Results do not depend on it (${DEFAULT-VALUE})")
  int threads;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description =
          "where the model is trained: cpu, tornado or tornado:DRIVER:DEVICE as `devices` lists"
              + " them, or auto: a device that is not this processor, for what it can run, else"
              + " cpu (${DEFAULT-VALUE})")
  String device = Runners.CPU;

  @Option(
      names = "--check",
      description =
          "hold each kernel of a program, before it first runs on the device, to this processor's"
              + " kernels")
  boolean check;

  @Option(
      names = "--anomaly",
      description =
          "look for the first operation that makes a NaN or an infinity, and stop there; slower, and"
              + " on this processor alone")
  boolean anomaly;

  @Option(
      names = "--memory-limit",
      paramLabel = "BYTES",
      converter = OptionValues.Bytes.class,
      description = "most memory tensors may take, such as 500m or 4g (no limit)")
  @Nullable Long memoryLimit;

  @Option(
      names = "--eval-every",
      paramLabel = "N",
      defaultValue = "50",
      converter = OptionValues.Positive.class,
      description = "steps between evaluations (${DEFAULT-VALUE})")
  int evalEvery;

  @Option(
      names = "--eval-batches",
      paramLabel = "N",
      defaultValue = "8",
      converter = OptionValues.Positive.class,
      description = "batches of held-out text in an evaluation (${DEFAULT-VALUE})")
  int evalBatches;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "200",
      converter = OptionValues.NotNegative.class,
      description = "steps between checkpoints; 0 writes only the last one (${DEFAULT-VALUE})")
  int checkpointEvery;

  @Option(
      names = "--sample-tokens",
      paramLabel = "N",
      defaultValue = "400",
      converter = OptionValues.NotNegative.class,
      description = "bytes of text generated at the end (${DEFAULT-VALUE})")
  int sampleTokens;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "  /**\n   * Returns ",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "what the generated text continues (the beginning of a Java comment)")
  String prompt = "";
}
