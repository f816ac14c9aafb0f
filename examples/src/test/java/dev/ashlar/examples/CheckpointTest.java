package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hidden_size | 2000000 | vocab_size is 256 and hidden_size 2000000, but model.embed_tokens",
        "hidden_size | -16     | needs a whole number from 1 to 2147483647 as hidden_size, got -16",
        "hidden_size | \"16\" | needs a whole number from 1 to 2147483647 as hidden_size, got \"16\"",
        "hidden_size | null    | as hidden_size, got null",
        "intermediate_size | 2147483647 | intermediate_size is 2147483647 and hidden_size 16, but",
        "head_dim    | 1073741822 | num_attention_heads * head_dim is 2147483644",
        "vocab_size  | 1e30    | as vocab_size, got 1.0E30",
        "num_hidden_layers | 2000000000 | num_hidden_layers is 2000000000, attention lists 2",
        "rope_theta  | \"x\"  | needs a number as rope_theta, got \"x\"",
        "rope_theta  | 0       | needs a number above 0 as rope_theta, got 0",
        "tie_word_embeddings | \"yes\" | needs true or false as tie_word_embeddings, got",
        "rope_scaling | {\"factor\":8} | needs null, positions as they are, as rope_scaling, got {",
        "hidden_act  | \"gelu\" | needs silu as hidden_act, got \"gelu\"",
        "attention_bias | true | needs false as attention_bias, got true",
        "ashlar      | {\"attention\":[{\"kind\":\"x\"},{}]} | needs full or moba as kind",
      })
  void aConfigIsCheckedBeforeAnythingIsDrawn(String field, String value, String message)
      throws IOException {
    setField("config.json", field, value);
    assertGenerateRefused("config.json: ", message);
    assertRefused(message);
  }

  @Test
  void whatAConfigLacksIsNamed() throws IOException {
    Files.writeString(file("config.json"), "{}");
    assertGenerateRefused("as vocab_size, which is missing");
    Files.writeString(file("config.json"), "[]");
    assertGenerateRefused("config.json is damaged: it holds no JSON object");
    Files.write(file("config.json"), new byte[] {0, 0, (byte) 0xFF, 0x41, 0, 0, (byte) 0xFF});
    assertGenerateRefused("config.json is damaged: no ");
  }

  @Test
  void aModelOfALongContextTakesNoMoreRoomThanItsText() throws IOException {
    setField("config.json", "max_position_embeddings", "2147483647");
    CommandLineRun run =
        CommandLineRun.of("generate", "--checkpoint", run().toString(), "--tokens", "3");
    assertThat(run.code()).as(run.err()).isZero();
    assertRefused("config.json is damaged: it is not of the options in trainer.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"step", "optimizer_step", "random", "data", "train_loss"})
  void aPositionIsNotMistakenForTheBeginning(String field) throws IOException {
    setField("trainer.json", field, "\"12\"");
    assertRefused(" is damaged: needs ");
  }

  @Test
  void anOptionThatCannotBeReadIsNamed() throws IOException {
    setField("trainer.json", "options", "{\"--batch\":\"many\"}");
    assertRefused("the checkpoint is damaged: its --batch is 'many'");
  }

  @Test
  void generateRefusesMoreThanAnArrayHolds() {
    CommandLineRun run =
        CommandLineRun.of("generate", "--checkpoint", run().toString(), "--tokens", "2147483647");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .startsWith(
            "ashlar: --tokens 2147483647 is more than fits behind the prompt; give at most");
  }

  private Path run() {
    return run;
  }

  private void setField(String name, String field, String value) throws IOException {
    var json = (ObjectNode) JSON.readTree(file(name).toFile());
    json.set(field, JSON.readTree(value));
    JSON.writeValue(file(name).toFile(), json);
  }

  private void assertGenerateRefused(String... messages) {
    CommandLineRun refused = CommandLineRun.of("generate", "--checkpoint", run.toString());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).startsWith("ashlar: ").contains(messages).hasLineCount(1);
    assertThat(refused.out()).isEmpty();
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
