package dev.ashlar.examples;

import dev.ashlar.moba.model.Generator;
import dev.ashlar.moba.model.Sampler;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.spi.Parallel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code generate}: continues a prompt with a model that {@code train} left. */
@Command(
    name = "generate",
    description = "Continues a prompt with a trained model.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class GenerateCommand implements Callable<Integer> {
  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      defaultValue = "runs/train",
      description =
          "a run's folder, for its newest checkpoint, or one checkpoint (${DEFAULT-VALUE})")
  Path checkpoint = Path.of("runs/train");

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "what to continue (a line break)")
  String prompt = "";

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "400",
      converter = OptionValues.NotNegative.class,
      description = "bytes to generate (${DEFAULT-VALUE})")
  int tokens;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      defaultValue = "0.8",
      converter = OptionValues.NotNegativeReal.class,
      description = "below 1 prefers likely bytes, 0 always takes the likeliest (${DEFAULT-VALUE})")
  double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      defaultValue = "0",
      converter = OptionValues.NotNegative.class,
      description = "draw from the N likeliest bytes only; 0 is all (${DEFAULT-VALUE})")
  int topK;

  @Option(
      names = "--top-p",
      paramLabel = "F",
      defaultValue = "0.95",
      converter = OptionValues.Share.class,
      description =
          "draw from the likeliest bytes that share F of the probability (${DEFAULT-VALUE})")
  double topP;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      converter = OptionValues.Whole.class,
      description = "what random numbers come from: same seed, same text (${DEFAULT-VALUE})")
  long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      converter = OptionValues.NotNegative.class,
      description = "threads; 0 is one for each processor (${DEFAULT-VALUE})")
  int threads;

  @Spec private @Nullable CommandSpec spec;

  GenerateCommand() {}

  @Override
  public Integer call() {
    if (threads > 0) Parallel.threads(threads);
    if (spec == null) throw new IllegalStateException("generate: run it by picocli");
    checkOptions(spec.commandLine());
    PrintWriter out = spec.commandLine().getOut();
    try (var _ = TensorScope.open()) {
      LlamaFolder model = Checkpoint.readModel(CheckpointFolder.find(checkpoint));
      requireBytes(model);
      var sampler = new Sampler(temperature, topK, topP);
      int[] beginning = ByteText.tokens(prompt);
      // No more room than this text can take: a model may have been trained on far longer ones.
      int window = Math.min(beginning.length + tokens, model.decoder().config().context());
      var generator = new Generator(model.decoder(), model.plan(), sampler, window);
      var printer = new ByteText.Printer(out);
      out.print(prompt);
      generator.generate(beginning, tokens, Key.of(seed), printer);
      printer.finish();
    }
    return 0;
  }

  private void checkOptions(CommandLine command) {
    try {
      ByteText.requireRoom("--tokens", prompt, tokens);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, e.getMessage());
    }
  }

  private void requireBytes(LlamaFolder model) {
    int vocabulary = model.decoder().config().vocabulary();
    if (vocabulary == ModelOptions.VOCABULARY) return;
    throw new CommandException(
        "--checkpoint: %s has %,d tokens; generate writes bytes, of which there are %d: name a model"
            + " that train left",
        checkpoint, vocabulary, ModelOptions.VOCABULARY);
  }
}
