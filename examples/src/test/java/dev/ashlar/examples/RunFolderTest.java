package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That no run is lost to another one, whatever links lead to its folder. */
final class RunFolderTest {
  @TempDir Path folder;
  private Path one = Path.of("");

  @BeforeEach
  void train() throws IOException {
    one = folder.resolve("one");
    assertThat(trainInto(one).code()).isZero();
  }

  private CommandLineRun trainInto(Path out) throws IOException {
    return CommandLineRun.of(CommandLineRun.tinyTrain(folder, "--out", out.toString()));
  }

  private static CommandLineRun resume(Path from, String... more) {
    return CommandLineRun.of(
        Stream.concat(Stream.of("train", "--resume", from.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  /** Returns every file of a run with its bytes. */
  private static Map<String, String> content(Path run) throws IOException {
    var content = new TreeMap<String, String>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(
            run.relativize(file).toString(), java.util.Arrays.toString(Files.readAllBytes(file)));
      }
    }
    return content;
  }

  private static Path step(Path run, int number) {
    return run.resolve("checkpoints/step-%08d".formatted(number));
  }

  @Test
  void goingOnIntoTheFolderOfAnotherRunIsRefusedAndBothStay() throws IOException {
    Path other = folder.resolve("other");
    trainInto(other);
    Map<String, String> before = content(other);
    Map<String, String> source = content(one);
    CommandLineRun run = resume(step(one, 8), "--out", other.toString(), "--steps", "10");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("ashlar: --out: " + other + " holds a run already, and ")
        .contains("is not of it; name another folder");
    assertThat(content(other)).isEqualTo(before);
    assertThat(content(one)).isEqualTo(source);
  }

  @Test
  void goingOnIntoAnEmptyFolderLeavesTheFirstRunAlone() throws IOException {
    Map<String, String> source = content(one);
    Path other = folder.resolve("other");
    CommandLineRun run = resume(step(one, 8), "--out", other.toString(), "--steps", "10");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(step(other, 10)).isDirectory();
    assertThat(content(one)).isEqualTo(source);
  }

  @Test
  void measurementsWithoutACheckpointAreNotWrittenOver() throws IOException {
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("metrics.jsonl"), "{\"step\":0,\"validation_loss\":5.8}\n");
    Map<String, String> before = content(other);
    CommandLineRun fresh = trainInto(other);
    assertThat(fresh.code()).isEqualTo(2);
    assertThat(fresh.err())
        .contains("metrics.jsonl is of a run that left no checkpoint; delete it, or name another");
    assertThat(resume(one, "--out", other.toString(), "--steps", "13").code()).isEqualTo(2);
    assertThat(content(other)).containsAllEntriesOf(before);
  }

  @Test
  void aLinkToTheRunIsTheRun() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), one);
    CommandLineRun run = resume(one, "--out", link.toString(), "--steps", "13");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(step(one, 13)).isDirectory();
    run = resume(link, "--out", one.toString(), "--steps", "14");
    assertThat(run.code()).as(run.err()).isZero();
    run = resume(link, "--steps", "15");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(step(one, 15)).isDirectory();
    assertThat(link).isSymbolicLink();
    assertThat(trainInto(link).err()).contains("holds a run already; go on with it by --resume");
  }

  @Test
  void aLinkToACheckpointGoesOnWithItsRun() throws IOException {
    Path latest = Files.createSymbolicLink(folder.resolve("latest"), step(one, 12));
    CommandLineRun run = resume(latest, "--steps", "13");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("from step-00000012");
    assertThat(step(one, 13)).isDirectory();
  }

  @Test
  void checkpointsMayLieElsewhereBehindALink() throws IOException {
    Path elsewhere = Files.move(one.resolve("checkpoints"), folder.resolve("disk"));
    Files.createSymbolicLink(one.resolve("checkpoints"), elsewhere);
    CommandLineRun run = resume(one, "--steps", "13");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(elsewhere.resolve("step-00000013")).isDirectory();
    run = resume(step(one, 13), "--steps", "14");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(elsewhere.resolve("step-00000014")).isDirectory();
  }

  @Test
  void onlyOneRunWritesIntoAFolder() throws IOException {
    try (var _ = RunFolder.hold(one, step(one, 12))) {
      CommandLineRun run = resume(one, "--steps", "13");
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err()).contains("--out: another run is writing into " + one + " now; wait");
    }
    assertThat(resume(one, "--steps", "13").code()).isZero();
  }

  @Test
  void namesWhatIsNoFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> RunFolder.hold(file, null))
        .hasMessage("--out: %s is a file, and a run needs a folder; name one", file);
    Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("nowhere"));
    assertThatThrownBy(() -> RunFolder.hold(dangling, null))
        .hasMessageContaining("dangling is a link to nowhere, which is not there");
  }
}
