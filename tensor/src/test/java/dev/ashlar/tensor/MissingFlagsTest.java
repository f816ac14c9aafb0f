package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;

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

  private static String run(String... flags) throws Exception {
    var all = new ArrayList<>(List.of(flags));
    all.add("-XX:TieredStopAtLevel=1");
    return OwnJvm.with(all.toArray(String[]::new)).run(Program.class).output();
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
