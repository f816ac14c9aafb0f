package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.OwnJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line in a process of its own, for what belongs to a whole process. */
final class CommandLineProcess {
  private CommandLineProcess() {}

  /** Returns what will run a command as the launcher does, with more flags for its JVM. */
  static ProcessBuilder of(List<String> jvmFlags, String... arguments) {
    return OwnJvm.with("@" + flags()).more(jvmFlags).command(Main.class, arguments);
  }

  /** Runs a command to its end; returns its exit code. */
  static int run(ProcessBuilder command) throws IOException, InterruptedException {
    Process process = command.start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Returns the file of JVM flags, above this module. */
  private static Path flags() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("jvm.flags"))) {
      at = at.getParent();
      assertThat(at).as("jvm.flags in a folder above").isNotNull();
    }
    return at.resolve("jvm.flags");
  }
}
