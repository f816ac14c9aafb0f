package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What README shows is what the programs say, but for what they print. */
class ReadmeTest {
  private static final Path ROOT = Files.exists(Path.of("examples")) ? Path.of("") : Path.of("..");
  private static final Path PROGRAMS = ROOT.resolve("examples/src/main");

  @Test
  void theJavaLoopIsXorJava() throws IOException {
    assertShown("java", PROGRAMS.resolve("java/dev/ashlar/examples/XorJava.java"));
  }

  @Test
  void theKotlinLoopIsXorKotlin() throws IOException {
    assertShown("kotlin", PROGRAMS.resolve("kotlin/dev/ashlar/examples/XorKotlin.kt"));
  }

  private static void assertShown(String language, Path program) throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme);
    assertThat(block.find()).isTrue();
    String source = withoutSpace(Files.readString(program));
    // In the same order; the program has more lines between them.
    int at = 0;
    for (String line : block.group(1).lines().filter(line -> !line.isBlank()).toList()) {
      int found = source.indexOf(withoutSpace(line), at);
      assertThat(found).describedAs("%s, after what stands above it", line).isNotNegative();
      at = found + withoutSpace(line).length();
    }
  }

  private static String withoutSpace(String code) {
    return code.replaceAll("\\s", "");
  }
}
