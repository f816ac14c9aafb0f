package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.OwnJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ends a real process, as Ctrl-C does. */
final class StopSignalTest {
  @TempDir Path folder;

  @Test
  void leavesACheckpointToGoOnFrom() throws IOException, InterruptedException {
    Path out = folder.resolve("run");
    Process process = start(out);
    try {
      waitForSteps(out.resolve("metrics.jsonl"), process);
      process.destroy(); // SIGTERM
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String log = Files.readString(folder.resolve("log"));
    assertThat(log).contains("stopping after this step", "--resume " + out + " goes on");
    String newest = CheckpointFolder.find(out).getFileName().toString();
    long step = Long.parseLong(newest.substring("step-".length()));
    CommandLineRun resumed =
        CommandLineRun.of("train", "--resume", out.toString(), "--steps", "" + (step + 1));
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("from " + newest);
  }

  private Process start(Path out) throws IOException {
    String[] arguments = CommandLineRun.tinyTrain(folder, "--out", out.toString());
    arguments[List.of(arguments).indexOf("--steps") + 1] = "1000000";
    arguments[List.of(arguments).indexOf("--checkpoint-every") + 1] = "0";
    return OwnJvm.with("@" + flags()).start(Main.class, folder.resolve("log"), arguments);
  }

  /** Returns the file of JVM flags, above this module. */
  static Path flags() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("jvm.flags"))) {
      at = at.getParent();
      assertThat(at).as("jvm.flags in a folder above").isNotNull();
    }
    return at.resolve("jvm.flags");
  }

  private void waitForSteps(Path metrics, Process process)
      throws IOException, InterruptedException {
    Instant end = Instant.now().plus(Duration.ofSeconds(60));
    while (Instant.now().isBefore(end)) {
      if (!process.isAlive()) break;
      if (Files.exists(metrics) && Files.readString(metrics).contains("\"step\":3,")) return;
      Thread.sleep(50);
    }
    throw new AssertionError("no steps: " + Files.readString(folder.resolve("log")));
  }
}
