package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said to a JVM that was not started for TornadoVM. */
final class TornadoFlagsTest {
  @TempDir Path sdk;

  private String remedy() {
    return TornadoFlags.notStarted(sdk.toString()).remedy();
  }

  @Test
  void withoutAnSdkItIsToBeInstalled() {
    assertThat(TornadoFlags.notStarted(null).remedy()).contains("install TornadoVM");
    assertThat(remedy()).contains("let TORNADOVM_HOME name the folder");
  }

  @Test
  void anSdkAsUnpackedWritesItsFlagsFirst() throws IOException {
    Files.createFile(sdk.resolve("tornado-argfile.template"));
    assertThat(remedy()).contains("bin/tornado --devices");
  }

  @Test
  void anSdkIsNamedWhenTheJvmStarts() throws IOException {
    Files.createFile(sdk.resolve("tornado-argfile"));
    assertThat(remedy()).contains("@$TORNADOVM_HOME/tornado-argfile");
  }

  @Test
  void thisJvmHasAllFlags() {
    assertThat(TornadoFlags.problems(sdk.toString())).isEmpty();
  }
}
