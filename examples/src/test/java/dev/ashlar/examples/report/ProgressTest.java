package dev.ashlar.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.examples.report.Progress.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void aBarShowsLossAndLogLines() {
    try (var progress = Progress.start(out, Style.BAR, 0, 2)) {
      progress.step(1, 2.5, 1000);
      progress.log("evaluation");
      progress.step(2, 1.25, 1000);
    }
    assertThat(text()).contains("train", "2/2", "loss 1.250", "tok/s");
    assertThat(text().lines()).anyMatch(line -> line.strip().endsWith("evaluation"));
  }

  @Test
  void linesAreFewButTheLastIsOneOfThem() {
    try (var progress = Progress.start(out, Style.LINES, 10, 12)) {
      progress.step(11, 2.5, 1000);
      progress.step(12, 1.25, 1000);
    }
    assertThat(text().lines()).hasSize(1);
    assertThat(text()).contains("step 12/12", "loss 1.250", "tok/s", "0:00 left");
  }

  @Test
  void quietStillLogs() {
    try (var progress = Progress.start(out, Style.QUIET, 0, 1)) {
      progress.step(1, 1, 1);
      progress.log("evaluation");
    }
    assertThat(text().lines()).containsExactly("evaluation");
    assertThat(Progress.suitable(true)).isEqualTo(Style.QUIET);
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
