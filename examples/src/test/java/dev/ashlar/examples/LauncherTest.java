package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the launcher starts the JVM with, told by a java that prints its arguments. */
final class LauncherTest {
  private static final Path LAUNCHERS =
      (Files.exists(Path.of("examples")) ? Path.of("examples") : Path.of(""))
          .resolve("launcher/bin");

  @TempDir Path folder;
  private Path home = Path.of("");
  private Path sdk = Path.of("");
  private String charset = "UTF-8";

  private void install(int javaVersion) throws IOException {
    home = Files.createDirectories(folder.resolve("a home")).toRealPath();
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.copy(LAUNCHERS.resolve("ashlar"), home.resolve("bin/ashlar"));
    Path jdk = Files.createDirectories(folder.resolve("jdk/bin"));
    script(jdk.resolve("java"), "printf '%s\\n' \"$@\" \"LC_ALL is $LC_ALL\"");
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"" + javaVersion + ".0.1\"\n");
    sdk = Files.createDirectories(folder.resolve("sdk"));
  }

  private static void script(Path file, String line) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + line + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private List<String> start(String... arguments) throws IOException, InterruptedException {
    assumeTrue(Files.exists(Path.of("/bin/sh")), "no shell");
    var command = new ArrayList<>(List.of("/bin/sh", home.resolve("bin/ashlar").toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ASHLAR_JAVA", folder.resolve("jdk").toString());
    builder.environment().put("ASHLAR_OPTS", "-Xmx1g -Dx=y");
    builder.environment().put("TORNADOVM_HOME", sdk.toString());
    // Which locales there are differs from machine to machine.
    Path tools = Files.createDirectories(folder.resolve("tools"));
    script(tools.resolve("locale"), "echo " + charset);
    builder.environment().merge("PATH", tools + ":", (path, mine) -> mine + path);
    builder.environment().put("LC_ALL", "the.user's");
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return out.lines().toList();
  }

  @Test
  void startsMainWithTheFlagsOfTheFile() throws Exception {
    install(25);
    assertThat(start("train", "--prompt", "a b"))
        .containsExactly(
            "@" + home + "/jvm.flags",
            "-Dashlar.home=" + home,
            "-Xmx1g",
            "-Dx=y",
            "-cp",
            home + "/lib/*",
            "dev.ashlar.examples.Main",
            "train",
            "--prompt",
            "a b",
            "LC_ALL is the.user's");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ANSI_X3.4-1968", "US-ASCII"})
  void aLocaleOfAsciiBecomesUtf8(String ascii) throws Exception {
    install(25);
    charset = ascii;
    assertThat(start("devices"))
        .containsSequence("-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8", "-Xmx1g")
        .endsWith("LC_ALL is C.UTF-8");
  }

  @Test
  void textAndNamesThatAreNoAsciiArriveInThePlainLocale() throws Exception {
    assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "names are no UTF-8 here");
    Path text = Files.createDirectories(folder.resolve("größe 日本")).resolve("none.txt");
    install(25);
    script(
        folder.resolve("jdk/bin/java"),
        """
        while [ "$1" != dev.ashlar.examples.Main ]; do
          case $1 in -Dstd*) flags="$flags $1" ;; esac
          shift
        done
        exec '%s' $flags -cp '%s' "$@"\
        """
            .formatted(
                ProcessHandle.current().info().command().orElseThrow(),
                System.getProperty("java.class.path")));
    charset = "ANSI_X3.4-1968";
    assertThat(start("train", "--data", text.toString()))
        .anyMatch(line -> line.equals("ashlar: %s: no such text".formatted(text)));
  }

  @Test
  void startsAsTornadoVmNeedsItWhereBothAreThere() throws Exception {
    install(25);
    Files.createFile(sdk.resolve("tornado-argfile"));
    assertThat(start("devices")).doesNotContain("-Dtornado.recover.bailout=False");
    Files.createFile(home.resolve("lib/ashlar-gpu-1.0.jar"));
    assertThat(start("devices"))
        .containsSequence("@" + sdk + "/tornado-argfile", "-Dtornado.recover.bailout=False", "-cp");
    Files.delete(sdk.resolve("tornado-argfile"));
    assertThat(start("devices")).doesNotContain("-Dtornado.recover.bailout=False");
  }

  @Test
  void refusesAnOlderJdk() throws Exception {
    install(21);
    assertThat(start("devices"))
        .containsExactly("ashlar: ASHLAR_JAVA=" + folder.resolve("jdk") + " is no JDK 25 or newer");
  }

  /** There is no Windows to try the other one on: it must at least speak of the same things. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "needed=25",
        "ASHLAR_JAVA",
        "ASHLAR_OPTS",
        "JAVA_HOME",
        "jvm.flags",
        "-Dashlar.home=",
        "tornado-argfile",
        "-Dtornado.recover.bailout=False",
        "ashlar-gpu-*.jar",
        "dev.ashlar.examples.Main",
      })
  void bothLaunchersDoTheSame(String what) throws IOException {
    assertThat(Files.readString(LAUNCHERS.resolve("ashlar")).replace("\"", "")).contains(what);
    assertThat(
            Files.readString(LAUNCHERS.resolve("ashlar.bat")).replace("needed=25\"", "needed=25"))
        .contains(what);
  }
}
