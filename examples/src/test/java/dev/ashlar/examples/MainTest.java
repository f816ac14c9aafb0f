package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpReadsWell() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Usage: ashlar", "SUBCOMMAND", "--stacktrace", "help");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void tellsItsVersion() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("ashlar ").contains("on Java");
  }

  @Test
  void aMissingSubcommandIsMisuse() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).startsWith("ashlar: name a subcommand");
  }

  @Test
  void anUnknownFlagSuggestsTheNearest() {
    assertThat(run("probe", "--bloc-size", "3")).isEqualTo(2);
    assertThat(err.toString().lines())
        .anyMatch(line -> line.startsWith("ashlar: Unknown option"))
        .anyMatch(line -> line.contains("--block-size"))
        .anyMatch(line -> line.equals("Try 'ashlar probe --help'."));
  }

  @Test
  void anUnknownSubcommandSuggestsTheNearest() {
    assertThat(run("prob")).isEqualTo(2);
    assertThat(err.toString()).contains("probe");
  }

  @Test
  void aFailureIsOneLine() {
    assertThat(run("probe", "--failure", "PLAIN")).isEqualTo(1);
    assertThat(err.toString().lines()).containsExactly("ashlar: too short");
  }

  @Test
  void aMissingFileSaysSo() {
    assertThat(run("probe", "--failure", "NO_FILE")).isEqualTo(1);
    assertThat(err.toString().lines()).containsExactly("ashlar: a.txt: no such file or folder");
  }

  @Test
  void aFailureWithoutAMessageNamesItsKind() {
    assertThat(run("probe", "--failure", "SILENT")).isEqualTo(1);
    assertThat(err.toString().lines()).containsExactly("ashlar: IllegalStateException");
  }

  @Test
  void aStackTraceComesOnRequest() {
    assertThat(run("probe", "--failure", "PLAIN", "--stacktrace")).isEqualTo(1);
    assertThat(err.toString()).contains("\tat dev.ashlar.examples.MainTest");
  }

  @Test
  void devicesAreListedTheProcessorFirst() {
    assertThat(run("devices")).isZero();
    assertThat(out.toString().lines().toList().get(1)).startsWith("cpu ").contains("kernels");
    assertThat(out.toString()).contains("missing: ", "remedy:  ", "TORNADOVM_HOME");
  }

  @Test
  void benchRefusesAPlotOfNothing() {
    assertThat(run("bench", "--only", "matmul", "--plot", "a.png")).isEqualTo(2);
    assertThat(err.toString()).startsWith("ashlar: --plot shows block attention");
  }

  @Test
  void aPlotIsKnownToHaveAPlaceBeforeTheWork() {
    assertThat(run("bench", "--plot", "no-such-folder/a.png")).isEqualTo(2);
    assertThat(err.toString()).startsWith("ashlar: --plot: there is no folder ");
    assertThat(run("bench", "--plot", ".")).isEqualTo(2);
    assertThat(err.toString()).contains("ashlar: --plot: . is a folder; name a file in it");
  }

  @Test
  void benchRefusesLengthsThatLeaveNothing() {
    assertThat(run("bench", "--only", "moba", "--quick", "--longest", "10")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("ashlar: --longest 10 leaves nothing to measure; give at least 4096");
  }

  private int run(String... arguments) {
    CommandLine line = Main.commandLine().addSubcommand(new Probe());
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  enum Failure {
    PLAIN,
    SILENT,
    NO_FILE
  }

  @Command(name = "probe", mixinStandardHelpOptions = true)
  static final class Probe implements java.util.concurrent.Callable<Integer> {
    @Option(names = "--block-size")
    private int blockSize;

    @Option(names = "--failure")
    private Failure failure = Failure.PLAIN;

    @Override
    public Integer call() throws Exception {
      assertThat(blockSize).isZero();
      throw switch (failure) {
        case PLAIN -> new IllegalArgumentException("too short\nand more");
        case SILENT -> new IllegalStateException();
        case NO_FILE -> new NoSuchFileException("a.txt");
      };
    }
  }
}
