package dev.ashlar.gpu;

import dev.ashlar.tensor.program.DeviceProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the JVM must be started with. Names no class of TornadoVM, which may not be there. */
final class TornadoFlags {
  private static final String BAILOUT = "tornado.recover.bailout";
  private static final String START =
      "start it as java @$TORNADOVM_HOME/tornado-argfile @jvm.flags -D" + BAILOUT + "=False";

  private TornadoFlags() {}

  /** Returns what this JVM was started without. */
  static List<DeviceProblem> problems(@Nullable String home) {
    List<DeviceProblem> problems = new ArrayList<>();
    if (System.getProperty("tornado.load.runtime.implementation") == null) {
      problems.add(notStarted(home));
    } else if (!"False".equalsIgnoreCase(System.getProperty(BAILOUT))) {
      // Otherwise a kernel that cannot be compiled runs as plain Java, and computes something else.
      problems.add(
          new DeviceProblem(
              "TornadoVM would run kernels that fail to compile as plain Java, with wrong results",
              "add -D" + BAILOUT + "=False to the JVM's flags"));
    }
    return problems;
  }

  /** Says what a JVM without the flags of TornadoVM lacks first. */
  static DeviceProblem notStarted(@Nullable String home) {
    if (home == null || home.isEmpty()) {
      return new DeviceProblem(
          "there is no TornadoVM SDK: TORNADOVM_HOME is not set",
          "install TornadoVM and let TORNADOVM_HOME name its folder");
    }
    if (Files.exists(Path.of(home, "tornado-argfile"))) {
      return new DeviceProblem("this JVM was not started for TornadoVM", START);
    }
    if (Files.exists(Path.of(home, "tornado-argfile.template"))) {
      return new DeviceProblem(
          "TORNADOVM_HOME=%s holds no tornado-argfile yet".formatted(home),
          "run $TORNADOVM_HOME/bin/tornado --devices once, which writes it");
    }
    return new DeviceProblem(
        "TORNADOVM_HOME=%s holds no tornado-argfile".formatted(home),
        "let TORNADOVM_HOME name the folder of an SDK of TornadoVM");
  }

  /** Throws DeviceException for the first problem. */
  static void require() {
    List<DeviceProblem> problems = problems(System.getenv("TORNADOVM_HOME"));
    if (!problems.isEmpty()) throw DeviceException.unusable(problems.getFirst());
  }
}
