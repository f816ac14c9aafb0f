package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The guide for adding an operation shows code that is there. */
class GuideTest {
  private static final Pattern SNIPPET =
      Pattern.compile("`([^`\n]+\\.java)`\n```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern NAMED_FILE = Pattern.compile("`((?:tensor|autodiff|docs)/[^`\n]+)`");

  @Test
  void everyLineOfCodeStandsInTheFileNamedAboveIt() throws IOException {
    Path root = root();
    Matcher snippets = SNIPPET.matcher(guide(root));
    List<String> files = new ArrayList<>();
    while (snippets.find()) {
      files.add(snippets.group(1));
      List<String> lines = Files.readAllLines(root.resolve(snippets.group(1)));
      assertThat(lines)
          .as(snippets.group(1))
          .containsSubsequence(snippets.group(2).lines().toList());
    }
    assertThat(files).hasSize(6);
  }

  @Test
  void everyFileItNamesExists() throws IOException {
    Path root = root();
    Matcher names = NAMED_FILE.matcher(guide(root));
    while (names.find()) assertThat(root.resolve(names.group(1))).exists();
  }

  private static String guide(Path root) throws IOException {
    return Files.readString(root.resolve("docs/adding-an-op.md"));
  }

  private static Path root() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("docs/adding-an-op.md"))) return at;
    }
    throw new IllegalStateException("run the test inside the project's folder");
  }
}
