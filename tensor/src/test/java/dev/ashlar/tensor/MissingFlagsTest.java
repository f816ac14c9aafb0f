package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a program says that runs on fewer JVM flags than it should. */
final class MissingFlagsTest {
  private static final String OPENS = "--add-opens=java.base/java.nio=ALL-UNNAMED";
  private static final String UNSAFE = "--sun-misc-unsafe-memory-access=allow";
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

  @Test
  void withoutTheVectorApiTensorsWorkAndTheLogSaysWhatWouldBringItBack() throws Exception {
    assertThat(run(OPENS, UNSAFE, NATIVE))
        .contains("sum 55.0")
        .contains("simd not used: module jdk.incubator.vector is absent")
        .contains("start the JVM with --add-modules jdk.incubator.vector");
  }

  @Test
  void withoutDirectMemoryTheErrorNamesTheFlagsAndNoPagesOfTraces() throws Exception {
    assertThat(run(UNSAFE, NATIVE))
        .contains("start it with " + OPENS + " " + UNSAFE)
        .doesNotContain("sum", "MemoryUtil");
  }

  @Test
  void withoutUnsafeTheErrorNamesTheFlags() throws Exception {
    assertThat(run(OPENS, NATIVE, "--sun-misc-unsafe-memory-access=deny"))
        .contains("start it with " + OPENS + " " + UNSAFE)
        .doesNotContain("sum");
  }

  private static String run(String... flags) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), Program.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  /** Adds a few numbers. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      try (var _ = TensorScope.open()) {
        System.out.println("sum " + Tensor.of(1f, 4f, 9f, 16f, 25f).sum().item());
      }
    }
  }
}
