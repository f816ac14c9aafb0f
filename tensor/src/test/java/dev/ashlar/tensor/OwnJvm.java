package dev.ashlar.tensor;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program in a JVM of its own, on the java and the classes of the tests: for what only other
 * flags or the end of a process show. It is ended where it takes longer than it may.
 */
public record OwnJvm(List<String> flags, boolean errorsToo) {
  private static final long MOST_MINUTES = 5;

  /** What a program came to; the lines of its output. */
  public record Ended(int exitCode, List<String> lines) {
    /** Returns the output. */
    public String output() {
      return String.join("\n", lines);
    }
  }

  /** Returns a JVM with these flags and no others; of both outputs. */
  public static OwnJvm with(String... flags) {
    return new OwnJvm(List.of(flags), true);
  }

  /** Returns a JVM with the flags of this one, and more; of the standard output alone. */
  public static OwnJvm asThis(String... more) {
    var flags = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
    flags.addAll(List.of(more));
    return new OwnJvm(flags, false);
  }

  /** Starts {@code main}, which the caller must end; output goes to {@code output}. */
  public Process start(Class<?> main, Path output, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectOutput(output.toFile());
    if (errorsToo) builder.redirectErrorStream(true);
    else builder.redirectError(Redirect.DISCARD);
    return builder.start();
  }

  /** Runs {@code main} to its end. */
  public Ended run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    // In a file, for a pipe that nobody empties in time would stop the program.
    Path output = Files.createTempFile("own-jvm", ".log");
    try {
      Process process = start(main, output, arguments);
      try {
        if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
          throw new AssertionError(
              "%s took more than %d minutes; its last words: %s"
                  .formatted(main.getName(), MOST_MINUTES, lastOf(output)));
        }
      } finally {
        process.destroyForcibly();
      }
      return new Ended(process.exitValue(), Files.readAllLines(output));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private static List<String> lastOf(Path output) throws IOException {
    List<String> lines = Files.readAllLines(output);
    return lines.subList(Math.max(0, lines.size() - 20), lines.size());
  }
}
