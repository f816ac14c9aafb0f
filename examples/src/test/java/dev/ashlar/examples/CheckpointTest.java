package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CheckpointTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path run = Path.of("");

  static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError(line, e);
    }
  }

  @BeforeEach
  void train() throws IOException {
    run = folder.resolve("run");
    CommandLineRun trained =
        CommandLineRun.of(CommandLineRun.tinyTrain(folder, "--out", run.toString()));
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  private Path file(String name) {
    return run.resolve("checkpoints/step-00000012").resolve(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "trainer.safetensors"})
  void noticesAFlippedBit(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(file(name));
    bytes[bytes.length - 7] ^= 1;
    Files.write(file(name), bytes);
    assertRefused(name + " is damaged: its bytes are not those that were written");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"model.safetensors", "trainer.safetensors", "trainer.json", "config.json"})
  void noticesATruncatedFile(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(file(name));
    Files.write(file(name), Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused(name + " is damaged");
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "trainer.safetensors", "trainer.json"})
  void noticesAMissingFile(String name) throws IOException {
    Files.delete(file(name));
    assertRefused("is not whole");
  }

  private void assertRefused(String message) {
    CommandLineRun resumed =
        CommandLineRun.of("train", "--resume", run.toString(), "--steps", "20");
    assertThat(resumed.code()).isEqualTo(1);
    assertThat(resumed.err()).startsWith("ashlar: ").contains(message).hasLineCount(1);
  }

  @Test
  void isNotMistakenForUnfinishedOnes() throws IOException {
    Path unfinished = run.resolve("checkpoints/.unfinished-step-00000016");
    Files.createDirectories(unfinished);
    Files.writeString(unfinished.resolve("config.json"), "{");
    assertThat(CheckpointFolder.find(run).getFileName()).hasToString("step-00000012");
    CommandLineRun resumed =
        CommandLineRun.of("train", "--resume", run.toString(), "--steps", "16");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(unfinished).doesNotExist();
  }

  @Test
  void goingOnFromAnEarlierOneForgetsTheLater() throws IOException {
    Path earlier = run.resolve("checkpoints/step-00000008");
    CommandLineRun resumed =
        CommandLineRun.of("train", "--resume", earlier.toString(), "--steps", "10");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(CheckpointFolder.find(run).getFileName()).hasToString("step-00000010");
  }

  @Test
  void saysWhereThereIsNone() {
    CommandLineRun resumed = CommandLineRun.of("train", "--resume", folder.toString());
    assertThat(resumed.code()).isEqualTo(1);
    assertThat(resumed.err()).contains("holds no checkpoint");
  }

  @Test
  void generatesTheSameTextForTheSameSeed() {
    String[] arguments = {
      "generate",
      "--checkpoint",
      run.toString(),
      "--prompt",
      "line",
      "--tokens",
      "60",
      "--seed",
      "3"
    };
    CommandLineRun once = CommandLineRun.of(arguments);
    assertThat(once.code()).as(once.err()).isZero();
    assertThat(once.out()).startsWith("line");
    assertThat(CommandLineRun.of(arguments)).isEqualTo(once);
    arguments[arguments.length - 1] = "4";
    assertThat(CommandLineRun.of(arguments)).isNotEqualTo(once);
  }

  @Test
  void generateNamesWhatIsWrong() {
    assertThat(CommandLineRun.of("generate", "--top-p", "0").err())
        .contains("'--top-p': got '0'; give a number above 0, at most 1");
    assertThat(CommandLineRun.of("generate", "--checkpoint", folder.toString()).err())
        .contains("holds no checkpoint");
  }
}
