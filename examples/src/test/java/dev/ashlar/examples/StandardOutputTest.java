package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.tensor.OwnJvm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StandardOutputTest {
  /** Fails like a device or a pipe. */
  private static final class Failing extends OutputStream {
    private final String reason;
    private int writes;

    Failing(String reason) {
      this.reason = reason;
    }

    @Override
    public void write(int b) throws IOException {
      writes++;
      throw new IOException(reason);
    }
  }

  private record Ran(int code, String err, int writes) {}

  private static Ran run(String reason, String... arguments) {
    var to = new Failing(reason);
    var err = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      int code = Main.run(StandardOutput.to(to, StandardCharsets.UTF_8), arguments);
      return new Ran(code, err.toString(StandardCharsets.UTF_8), to.writes);
    } finally {
      System.setErr(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"devices", "devices --json", "--help", "train --help", "--version"})
  void aFullDeviceIsTold(String command) {
    Ran ran = run("No space left on device", command.split(" "));
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err())
        .contains("ashlar: standard output cannot be written: No space left on device;")
        .doesNotContain("\tat ");
    assertThat(ran.writes()).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Broken pipe", "The pipe has been ended", "The pipe is being closed"})
  void aReaderThatWantsNoMoreIsNoFailure(String reason) {
    Ran ran = run(reason, "devices");
    assertThat(ran.code()).isEqualTo(141);
    assertThat(ran.err()).doesNotContain("ashlar:");
    assertThat(ran.writes()).isOne();
  }

  @Test
  void whatIsPrintedArrivesInItsEncoding() {
    var bytes = new ByteArrayOutputStream();
    StandardOutput out = StandardOutput.to(bytes, StandardCharsets.UTF_16BE);
    out.writer().print("Grüße");
    out.writer().flush();
    assertThat(bytes.toString(StandardCharsets.UTF_16BE)).isEqualTo("Grüße");
  }

  @Test
  void aProcessExitsAccordingly() throws IOException, InterruptedException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full), "no /dev/full");
    Process process = OwnJvm.asThis().start(Main.class, full, "devices");
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
    } finally {
      process.destroyForcibly();
    }
  }
}
