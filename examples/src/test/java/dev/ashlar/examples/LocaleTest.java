package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.OwnJvm;
import java.io.IOException;
import java.nio.file.Path;
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
    OwnJvm.Ended ended =
        OwnJvm.with(
                "@" + StopSignalTest.flags(),
                "-Duser.language=" + locale.getLanguage(),
                "-Duser.country=" + locale.getCountry())
            .run(
                Main.class,
                CommandLineRun.tinyTrain(folder, "--out", out.toString(), "--attention", "HYBRID"));
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    assertThat(out.resolve("checkpoints/step-00000012")).isDirectory();
    assertThat(ended.output())
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
