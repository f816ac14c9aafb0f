package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.spi.Parallel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TrainCommandTest {
  private static final List<String> TENSORS = List.of("model.safetensors", "trainer.safetensors");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"full", "moba", "hybrid"})
  void learns(String attention) throws IOException {
    Path out = folder.resolve("run");
    CommandLineRun run = train(out, "--attention", attention, "--steps", "30");
    assertThat(run.code()).as(run.err()).isZero();
    List<Double> losses = metric(out, "validation_loss");
    assertThat(losses).hasSize(7);
    assertThat(losses.getLast()).isLessThan(losses.getFirst() - 1);
    assertThat(run.err()).contains("validation loss", "bigram entropy", "unigram entropy");
    assertThat(Files.readString(out.resolve("sample.txt")))
        .startsWith("  /**")
        .hasSizeGreaterThan(9);
    assertThat(out.resolve("loss.png")).isNotEmptyFile();
  }

  @Test
  void keepsTheNewestCheckpointsWhole() throws IOException {
    Path out = folder.resolve("run");
    train(out);
    assertThat(checkpoints(out)).containsExactly("step-00000008", "step-00000012");
    assertThat(out.resolve("checkpoints/step-00000012/config.json"))
        .content()
        .contains("\"LlamaForCausalLM\"", "\"num_key_value_heads\" : 1", "\"block_size\" : 8");
  }

  @Test
  void goesOnBitByBit() throws IOException {
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    train(whole);
    train(cut);
    deleteCheckpoint(cut, 12);
    CommandLineRun resumed = CommandLineRun.of("train", "--resume", cut.toString());
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("from step-00000008");
    assertSameTensors(whole, cut, 12);
    assertThat(metric(cut, "loss")).isEqualTo(metric(whole, "loss"));
    assertThat(metric(cut, "train_loss")).isEqualTo(metric(whole, "train_loss"));
    assertThat(metric(cut, "validation_loss")).isEqualTo(metric(whole, "validation_loss"));
    assertThat(cut.resolve("sample.txt")).hasSameBinaryContentAs(whole.resolve("sample.txt"));
  }

  @Test
  void goesOnBitByBitWithAccumulationAndStages() throws IOException {
    String[] options = {"--accumulate", "2", "--full-from", "0.5", "--recompute", "--no-tied"};
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    train(whole, options);
    train(cut, options);
    deleteCheckpoint(cut, 8);
    deleteCheckpoint(cut, 12);
    copyCheckpoint(whole, cut, 8);
    assertThat(CommandLineRun.of("train", "--resume", cut.toString()).code()).isZero();
    assertSameTensors(whole, cut, 12);
  }

  @Test
  void threadsChangeNoBit() throws IOException {
    int before = Parallel.threads();
    try {
      train(folder.resolve("one"), "--threads", "1");
      train(folder.resolve("two"), "--threads", "2");
      train(folder.resolve("five"), "--threads", "5");
    } finally {
      Parallel.threads(before);
    }
    assertSameTensors(folder.resolve("one"), folder.resolve("two"), 12);
    assertSameTensors(folder.resolve("one"), folder.resolve("five"), 12);
  }

  @Test
  void recomputationChangesNoBit() throws IOException {
    train(folder.resolve("kept"));
    train(folder.resolve("again"), "--recompute");
    assertSameTensors(folder.resolve("kept"), folder.resolve("again"), 12);
  }

  @Test
  void anotherSeedGivesAnotherModel() throws IOException {
    train(folder.resolve("one"), "--seed", "1");
    train(folder.resolve("two"), "--seed", "2");
    assertThat(tensors(folder.resolve("one"), 12).getFirst())
        .isNotEqualTo(tensors(folder.resolve("two"), 12).getFirst());
  }

  @Test
  void trainsLongerWhenAsked() throws IOException {
    Path out = folder.resolve("run");
    train(out);
    CommandLineRun done = CommandLineRun.of("train", "--resume", out.toString());
    assertThat(done.code()).isEqualTo(1);
    assertThat(done.err()).contains("at step 12 of 12 already; --steps N trains on to step N");
    CommandLineRun more = CommandLineRun.of("train", "--resume", out.toString(), "--steps", "16");
    assertThat(more.code()).as(more.err()).isZero();
    assertThat(checkpoints(out)).contains("step-00000016");
  }

  @Test
  void refusesOptionsThatContradictTheCheckpoint() throws IOException {
    Path out = folder.resolve("run");
    train(out);
    CommandLineRun run =
        CommandLineRun.of("train", "--resume", out.toString(), "--steps", "20", "--dim", "32");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("--dim: the checkpoint has 16, got 32; leave it out, or start another run");
    CommandLineRun same =
        CommandLineRun.of("train", "--resume", out.toString(), "--steps", "13", "--dim", "16");
    assertThat(same.code()).as(same.err()).isZero();
  }

  @Test
  void aRunWithinItsTextIsNoPartOfIt() throws IOException {
    Path text = Files.createDirectories(folder.resolve("text"));
    train(folder.resolve("other"));
    Files.copy(folder.resolve("text.txt"), text.resolve("a.txt"));
    Path out = text.resolve("run");
    assertThat(train(out, "--data", text.toString()).code()).isZero();
    CommandLineRun run = CommandLineRun.of("train", "--resume", out.toString(), "--steps", "13");
    assertThat(run.code()).as(run.err()).isZero();
    run = CommandLineRun.of("train", "--resume", "--out", out.toString(), "--steps", "14");
    assertThat(run.code()).as(run.err()).isZero();
  }

  @Test
  void refusesAnotherText() throws IOException {
    Path out = folder.resolve("run");
    train(out);
    Path other = Files.writeString(folder.resolve("other.txt"), "something else ".repeat(500));
    CommandLineRun run =
        CommandLineRun.of(
            "train", "--resume", out.toString(), "--steps", "20", "--data", other.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("--data: this is not the text that the checkpoint of step 12");
  }

  @Test
  void doesNotWriteOverARun() throws IOException {
    Path out = folder.resolve("run");
    train(out);
    CommandLineRun run = train(out);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("holds a run already; go on with it by --resume");
  }

  @Test
  void stopsWhenTheLossIsNoNumberAndKeepsTheLastCheckpoint() throws IOException {
    Path out = folder.resolve("run");
    // The rate rises to what no parameter survives; the first checkpoint comes before.
    CommandLineRun run =
        train(out, "--lr", "1e30", "--warmup", "11", "--checkpoint-every", "1", "--clip", "0");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("training diverged: the ", "kept " + out, "lower --lr");
    assertThat(checkpoints(out)).isNotEmpty();
  }

  @Test
  void saysWhenMemoryRunsOut() throws IOException {
    CommandLineRun run = train(folder.resolve("run"), "--memory-limit", "400k");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("limit", "lower --batch");
  }

  @Test
  void aDeviceThatIsNotThereIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path out = folder.resolve("run");
    CommandLineRun run = train(out, "--device", "tornado:0:0");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("ashlar: --device: device tornado:0:0")
        .contains("TORNADOVM_HOME");
    assertThat(out).doesNotExist();
  }

  @Test
  void dropoutGoesOnBitByBitToo() throws IOException {
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    train(whole, "--dropout", "0.2");
    CommandLineRun plain = train(folder.resolve("plain"));
    assertThat(plain.code()).isZero();
    assertThat(tensors(folder.resolve("plain"), 12).getFirst())
        .isNotEqualTo(tensors(whole, 12).getFirst());
    train(cut, "--dropout", "0.2");
    deleteCheckpoint(cut, 12);
    assertThat(CommandLineRun.of("train", "--resume", cut.toString()).code()).isZero();
    assertSameTensors(whole, cut, 12);
    train(folder.resolve("again"), "--dropout", "0.2", "--recompute");
    assertSameTensors(whole, folder.resolve("again"), 12);
    assertThat(train(folder.resolve("wrong"), "--dropout", "1").err())
        .contains("'--dropout': got '1'; give a number from 0 to below 1");
  }

  @Test
  void watchingAndCheckingChangeNoBit() throws IOException {
    train(folder.resolve("plain"));
    CommandLineRun watched = train(folder.resolve("watched"), "--anomaly");
    assertThat(watched.code()).as(watched.err()).isZero();
    CommandLineRun checked = train(folder.resolve("checked"), "--check");
    assertThat(checked.code()).as(checked.err()).isZero();
    assertSameTensors(folder.resolve("plain"), folder.resolve("watched"), 12);
    assertSameTensors(folder.resolve("plain"), folder.resolve("checked"), 12);
  }

  @Test
  void anAnomalyIsNamedWhereItIsMade() throws IOException {
    CommandLineRun run =
        train(folder.resolve("run"), "--lr", "1e30", "--warmup", "11", "--clip", "0", "--anomaly");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(" made ").containsPattern("NaN|infinity");
    assertThat(train(folder.resolve("other"), "--anomaly", "--device", "auto").err())
        .contains("--anomaly looks at this processor's numbers");
  }

  @Test
  void withoutADeviceAutoTrainsOnTheCpuAndSaysSoOnce() throws IOException {
    train(folder.resolve("cpu"));
    CommandLineRun run = train(folder.resolve("auto"), "--device", "auto");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .containsOnlyOnce("programs run on the CPU")
        .contains("training step on cpu: ");
    assertSameTensors(folder.resolve("cpu"), folder.resolve("auto"), 12);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--dim     | 0      | '--dim': got '0'; give a whole number from 1",
        "--steps   | x      | '--steps': got 'x'; give a whole number from 1",
        "--lr      | -1     | '--lr': got '-1'; give a number above 0",
        "--beta2   | 1      | '--beta2': got '1'; give a number from 0 to below 1",
        "--full-from | 2    | '--full-from': got '2'; give a number from 0 to 1",
        "--attention | some | '--attention': got 'some'; give full, moba or hybrid",
        "--memory-limit | 5q | '--memory-limit': got '5q'; give bytes such as 500m or 4g",
        "--heads   | 3      | --dim 16 is not a multiple of --heads 3; 18 would be",
        "--kv-heads | 3     | --kv-heads 3 does not divide --heads 2; of [1, 2] each would",
        "--min-lr  | 1      | --min-lr 1.0 is above --lr 0.01; give at most that",
        "--seed    | x      | '--seed': got 'x'; give a whole number from -2^63 to 2^63 - 1",
        "--data    | ''     | '--data': got ''; name a file or folder; . is the one at hand",
        "--resume  | ''     | --resume: got ''; name a run's folder",
        "--dim     | 2147483640 | --dim 2147483640 is too wide; give at most 268435455",
        "--heads   | 1073741824 | --heads 1073741824; 2147483648 would be",
        "--batch   | 2147483647 | is more than 2^31 - 9 tokens; give at most 89478484, and raise",
        "--sample-tokens | 2147483647 | --sample-tokens 2147483647 is more than fits behind",
        "--nonsense | 1     | Unknown option",
      })
  void namesTheOptionTheValueAndTheRemedy(String option, String value, String message)
      throws IOException {
    String[] usual = CommandLineRun.tinyTrain(folder, "--out", folder.resolve("run").toString());
    int at = List.of(usual).indexOf(option);
    String[] arguments = usual;
    if (at >= 0) arguments[at + 1] = value;
    else
      arguments = Stream.concat(Stream.of(usual), Stream.of(option, value)).toArray(String[]::new);
    CommandLineRun run = CommandLineRun.of(arguments);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("ashlar: ").contains(message);
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"--layers, 2000000000", "--hidden, 2000000000", "--dim, 200000000"})
  void aModelThatNoMachineHoldsIsRefusedBeforeAnythingIsDrawn(String option, String value)
      throws IOException {
    CommandLineRun run = train(folder.resolve("run"), option, value, "--memory-limit", "100m");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains(" parameters take ", "--memory-limit allows", "lower --layers")
        .hasLineCount(1);
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--data   | none    | none: no such text",
        "--data   | fake.jar | fake.jar: is no jar or zip that can be read: ",
        "--data   | empty   | empty: there is no text in it",
        "--out    | fake.jar | --out: ",
        "--resume | none    | none: no such folder; name a folder that train wrote with --out",
        "--resume | fake.jar | fake.jar: is a file; name a folder that train wrote with --out",
      })
  void namesFilesThatAreNotWhatTheyShouldBe(String option, String name, String message)
      throws IOException {
    Files.writeString(folder.resolve("fake.jar"), "no archive");
    Files.createFile(folder.resolve("empty"));
    CommandLineRun run = train(folder.resolve("run"), option, folder.resolve(name).toString());
    assertThat(run.code()).isEqualTo(option.equals("--out") ? 2 : 1);
    assertThat(run.err()).startsWith("ashlar: ").contains(message).doesNotContain("Exception");
  }

  @Test
  void helpShowsEveryOptionUnderAHeading() {
    CommandLineRun run = CommandLineRun.of("train", "--help");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("Text, folders and reports", "Model", "Training", "--[no-]tied", "--top-k")
        .doesNotContain("DEFAULT-VALUE");
  }

  private CommandLineRun train(Path out, String... more) throws IOException {
    String[] usual = CommandLineRun.tinyTrain(folder, "--out", out.toString());
    List<String> replaced = List.of(more);
    Stream<String> kept =
        Stream.iterate(1, i -> i < usual.length, i -> i + 2)
            .filter(i -> !replaced.contains(usual[i]))
            .flatMap(i -> Stream.of(usual[i], usual[i + 1]));
    return CommandLineRun.of(
        Stream.concat(Stream.concat(Stream.of("train"), kept), replaced.stream())
            .toArray(String[]::new));
  }

  private static List<String> checkpoints(Path out) throws IOException {
    try (Stream<Path> files = Files.list(out.resolve("checkpoints"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Path checkpoint(Path out, int step) {
    return out.resolve("checkpoints/step-%08d".formatted(step));
  }

  private static void deleteCheckpoint(Path out, int step) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint(out, step))) {
      for (Path file : files.toList()) Files.delete(file);
    }
    Files.delete(checkpoint(out, step));
  }

  private static void copyCheckpoint(Path from, Path to, int step) throws IOException {
    Files.createDirectory(checkpoint(to, step));
    try (Stream<Path> files = Files.list(checkpoint(from, step))) {
      for (Path file : files.toList()) {
        Files.copy(file, checkpoint(to, step).resolve(file.getFileName()));
      }
    }
  }

  private static List<byte[]> tensors(Path out, int step) throws IOException {
    return List.of(
        Files.readAllBytes(checkpoint(out, step).resolve(TENSORS.get(0))),
        Files.readAllBytes(checkpoint(out, step).resolve(TENSORS.get(1))));
  }

  private static void assertSameTensors(Path one, Path other, int step) throws IOException {
    List<byte[]> expected = tensors(one, step);
    List<byte[]> actual = tensors(other, step);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as(TENSORS.get(i)).isEqualTo(expected.get(i));
    }
  }

  private static List<Double> metric(Path out, String name) throws IOException {
    return Files.readAllLines(out.resolve("metrics.jsonl")).stream()
        .map(CheckpointTest::json)
        .filter(line -> line.has(name))
        .map(line -> line.get(name).doubleValue())
        .toList();
  }
}
