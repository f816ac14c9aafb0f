package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That figures and names of files are the same everywhere. */
final class LocaleTest {
  private static final Locale EGYPT = Locale.of("ar", "EG"); // has digits of its own

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "de-DE", "tr-TR"})
  void trainsAlikeEverywhere(String tag) throws IOException, InterruptedException {
    Locale locale = Locale.forLanguageTag(tag);
    Path out = folder.resolve("run");
    Path log = folder.resolve("log");
    ProcessBuilder command =
        CommandLineProcess.of(
                List.of(
                    "-Duser.language=" + locale.getLanguage(),
                    "-Duser.country=" + locale.getCountry()),
                CommandLineRun.tinyTrain(folder, "--out", out.toString(), "--attention", "HYBRID"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    assertThat(CommandLineProcess.run(command)).isZero();
    assertThat(out.resolve("checkpoints/step-00000012")).isDirectory();
    assertThat(Files.readString(log))
        .containsPattern("text\\.txt, \\d,\\d{3} bytes")
        .containsPattern("step {5}0  validation \\d\\.\\d{4}\n")
        .contains("12 steps in ");
  }

  @Test
  void aCheckpointIsNamedAlikeInAnyProgram() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(EGYPT);
    try {
      Path out = folder.resolve("run");
      CommandLineRun run =
          CommandLineRun.of(CommandLineRun.tinyTrain(folder, "--out", out.toString()));
      assertThat(run.code()).as(run.err()).isZero();
      assertThat(CheckpointFolder.find(out).getFileName()).hasToString("step-00000012");
    } finally {
      Locale.setDefault(before);
    }
  }
}
