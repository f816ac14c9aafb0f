package dev.ashlar.tensor.program;

import dev.ashlar.tensor.program.DeviceInfo.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where programs can run, by name: {@code cpu}, a device such as {@code tornado:0:0}, {@code
 * tornado} for the best of its provider's devices, or {@code auto}.
 *
 * <pre>{@code
 * var step = Compiled.of(Runners.get("tornado:0:0"), Training::step);
 * }</pre>
 */
public final class Runners {
  /** The name of the CPU. */
  public static final String CPU = "cpu";

  /** The name of whatever suits best. */
  public static final String AUTO = "auto";

  private static final Logger LOG = LoggerFactory.getLogger(Runners.class);

  private Runners() {}

  /** Returns the devices that can be used. */
  public static List<DeviceInfo> devices() {
    return devices(providers());
  }

  /** Returns what keeps devices from being used: by provider, or that there is no provider. */
  public static List<DeviceProblem> problems() {
    return problems(providers());
  }

  /**
   * Returns what runs programs under a name.
   *
   * <p>{@link #AUTO} is a device, unless all are this machine's processor under another name: its
   * own kernels are faster. Programs that the device cannot run go to the CPU, and a warning says
   * so, once for each reason. A device asked for by name is an error where it cannot run something.
   *
   * @throws ProgramRunnerException if there is no such device, saying which there are and what is
   *     missing
   */
  public static ProgramRunner get(String name) {
    return get(name, providers(), LOG::warn);
  }

  /**
   * Returns a runner that holds another to the CPU: before a program first runs, each step that the
   * other {@linkplain ProgramRunner#prepared makes of it} runs there by itself on what the CPU has
   * computed so far, once per types and shapes. A {@link ProgramRunnerException} names the first
   * whose numbers differ by more than rounding.
   */
  public static ProgramRunner checking(ProgramRunner runner) {
    return new CheckingRunner(runner);
  }

  /**
   * Returns a runner that takes the CPU for programs that another cannot run, as {@link #AUTO} does
   * of a device.
   *
   * @param warn told why, once for each reason
   */
  public static ProgramRunner preferring(ProgramRunner preferred, Consumer<String> warn) {
    return new PreferringRunner(preferred, ProgramExecutor.cpu(), warn);
  }

  static ProgramRunner get(String name, List<DeviceProvider> providers, Consumer<String> warn) {
    if (name.equals(CPU)) return ProgramExecutor.cpu();
    if (name.equals(AUTO)) return auto(providers, warn);
    String family = name.contains(":") ? name.substring(0, name.indexOf(':')) : name;
    DeviceProvider provider =
        providers.stream()
            .filter(each -> each.name().equals(family))
            .findFirst()
            .orElseThrow(() -> unknown(name, providers));
    if (!provider.problems().isEmpty()) throw unusable(name, provider);
    if (!name.equals(family)) return provider.runner(name);
    DeviceInfo best = best(provider.devices()).orElseThrow(() -> unknown(name, providers));
    return provider.runner(best.name());
  }

  private static ProgramRunner auto(List<DeviceProvider> providers, Consumer<String> warn) {
    Optional<DeviceInfo> best = best(devices(providers));
    if (best.isPresent() && best.get().kind() != Kind.CPU) {
      return preferring(get(best.get().name(), providers, warn), warn);
    }
    String why =
        best.map(
                device ->
                    "%s is a driver for this machine's processor; name it to use it"
                        .formatted(device.name()))
            .orElseGet(() -> "there is no device: " + join(problems(providers)));
    warn.accept("device auto: programs run on the CPU, for " + why);
    return ProgramExecutor.cpu();
  }

  /** Returns a GPU if there is one, and a driver for the CPU last. */
  private static Optional<DeviceInfo> best(List<DeviceInfo> devices) {
    List<Kind> order = List.of(Kind.GPU, Kind.OTHER, Kind.CPU);
    return devices.stream().min(Comparator.comparing(device -> order.indexOf(device.kind())));
  }

  private static List<DeviceInfo> devices(List<DeviceProvider> providers) {
    return providers.stream().flatMap(provider -> provider.devices().stream()).toList();
  }

  private static List<DeviceProblem> problems(List<DeviceProvider> providers) {
    if (providers.isEmpty()) {
      return List.of(
          new DeviceProblem(
              "no module that offers devices is on the class path",
              "let TORNADOVM_HOME name the SDK of TornadoVM, and build Ashlar there: it then has"
                  + " the module ashlar-gpu"));
    }
    return providers.stream().flatMap(provider -> provider.problems().stream()).toList();
  }

  private static ProgramRunnerException unusable(String name, DeviceProvider provider) {
    return new ProgramRunnerException(
        "device %s cannot be used: %s".formatted(name, join(provider.problems())));
  }

  private static ProgramRunnerException unknown(String name, List<DeviceProvider> providers) {
    String known =
        Stream.concat(Stream.of(CPU, AUTO), devices(providers).stream().map(DeviceInfo::name))
            .collect(Collectors.joining(", "));
    String missing = join(problems(providers));
    return new ProgramRunnerException(
        "device %s: there is none; there are %s%s"
            .formatted(name, known, missing.isEmpty() ? "" : "; " + missing));
  }

  private static String join(List<DeviceProblem> problems) {
    return problems.stream().map(DeviceProblem::toString).collect(Collectors.joining("; "));
  }

  private static List<DeviceProvider> providers() {
    List<DeviceProvider> providers = new ArrayList<>();
    ServiceLoader.load(DeviceProvider.class, Runners.class.getClassLoader())
        .forEach(providers::add);
    return providers;
  }
}
