package dev.ashlar.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void write() throws IOException {
    path = folder.resolve("metrics.jsonl");
    try (var metrics = MetricsFile.create(path)) {
      for (int step = 1; step <= 4; step++) metrics.append(step, Map.of("loss", 1.0 / step));
      metrics.append(4, Map.of("validation_loss", 0.1f));
    }
  }

  @Test
  void writesOneLinePerRecord() throws IOException {
    assertThat(Files.readAllLines(path))
        .startsWith("{\"step\":1,\"loss\":1.0}", "{\"step\":2,\"loss\":0.5}")
        .endsWith("{\"step\":4,\"validation_loss\":0.1}")
        .hasSize(5);
  }

  @Test
  void othersCanFollow() throws IOException {
    try (var metrics = MetricsFile.resume(path, 4)) {
      metrics.append(5, Map.of("loss", 0.2));
      assertThat(Files.readAllLines(path)).hasSize(6);
      assertThat(metrics.curve("loss").steps()).containsExactly(1.0, 2.0, 3.0, 4.0, 5.0);
      assertThat(metrics.curve("validation_loss").values()).containsExactly(0.1);
      assertThat(metrics.curve("none").steps()).isEmpty();
    }
  }

  @Test
  void resumingCutsBackToTheStep() throws IOException {
    String before = Files.readString(path);
    MetricsFile.resume(path, 2).close();
    assertThat(Files.readString(path))
        .isEqualTo(before.substring(0, before.indexOf("{\"step\":3")));
    MetricsFile.resume(path, 0).close();
    assertThat(path).isEmptyFile();
  }

  @Test
  void resumingDropsALineThatACrashLeftUnfinished() throws IOException {
    Files.writeString(path, "{\"step\":5,\"lo", StandardOpenOption.APPEND);
    try (var metrics = MetricsFile.resume(path, 9)) {
      metrics.append(6, Map.of());
    }
    assertThat(Files.readAllLines(path)).hasSize(6).endsWith("{\"step\":6}");
  }

  @Test
  void resumingWithoutAFileStartsOne() throws IOException {
    Path other = folder.resolve("new.jsonl");
    MetricsFile.resume(other, 7).close();
    assertThat(other).isEmptyFile();
  }

  @Test
  void namesALineThatIsNoRecord() throws IOException {
    Files.writeString(path, "{\"step\":1}\nnonsense\n");
    assertThatThrownBy(() -> MetricsFile.resume(path, 9))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 2");
    assertThat(Files.readAllLines(path)).hasSize(2);
  }

  @Test
  void keepsNumbersThatAreNone() throws IOException {
    try (var metrics = MetricsFile.resume(path, 9)) {
      metrics.append(9, Map.of("loss", Double.NaN));
      assertThat(metrics.curve("loss").steps()).doesNotContain(9.0);
    }
  }
}
