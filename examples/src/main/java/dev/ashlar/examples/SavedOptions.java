package dev.ashlar.examples;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * The options of a run, as its checkpoints keep them: on {@code --resume} they take the place of
 * the defaults. Options that decide about the numbers must then be the same; the others may be
 * given anew.
 *
 * @param values by option name
 */
record SavedOptions(Map<String, String> values) {
  /**
   * May be given anew. {@code --steps} redraws the learning rate's curve; the text is checked by
   * its hash.
   */
  private static final Set<String> FREE =
      Set.of(
          "--data",
          "--steps",
          "--eval-every",
          "--eval-batches",
          "--checkpoint-every",
          "--sample-tokens",
          "--prompt",
          "--recompute");

  /** Belong to one call, not to the run. */
  private static final Set<String> OF_THE_CALL =
      Set.of(
          "--out",
          "--resume",
          "--threads",
          "--device",
          "--check",
          "--anomaly",
          "--memory-limit",
          "--stacktrace",
          "--help",
          "--version");

  /** Returns the options of a parsed command. */
  static SavedOptions of(CommandLine command) {
    Map<String, String> values = new LinkedHashMap<>();
    for (OptionSpec option : command.getCommandSpec().options()) {
      Object value = option.getValue();
      if (value != null && !OF_THE_CALL.contains(option.longestName())) {
        values.put(option.longestName(), text(value));
      }
    }
    return new SavedOptions(values);
  }

  private static String text(Object value) {
    return value instanceof Path path ? path.toAbsolutePath().toString() : value.toString();
  }

  /**
   * Gives these values to the options that the command line leaves out.
   *
   * @throws ParameterException for an option on the command line that contradicts these
   */
  void fill(CommandLine command) throws Exception {
    for (OptionSpec option : command.getCommandSpec().options()) {
      String name = option.longestName();
      String saved = values.get(name);
      if (OF_THE_CALL.contains(name) || saved == null) continue;
      if (!command.getParseResult().hasMatchedOption(option)) {
        option.setValue(read(option, saved));
      } else if (!FREE.contains(name) && !text(option.getValue()).equals(saved)) {
        throw new ParameterException(
            command,
            "%s: the checkpoint has %s, got %s; leave it out, or start another run with --out"
                .formatted(name, saved, text(option.getValue())));
      }
    }
  }

  private static Object read(OptionSpec option, String text) throws Exception {
    try {
      return value(option, text);
    } catch (IllegalArgumentException | TypeConversionException e) {
      throw new CommandException(
          "the checkpoint is damaged: its %s is '%s'; use another one", option.longestName(), text);
    }
  }

  private static Object value(OptionSpec option, String text) throws Exception {
    if (option.converters().length > 0) return option.converters()[0].convert(text);
    Class<?> type = option.type();
    if (type == boolean.class) return Boolean.valueOf(text);
    if (type == long.class) return Long.valueOf(text);
    return type == Path.class ? Path.of(text) : text;
  }
}
