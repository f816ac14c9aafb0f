package dev.ashlar.gpu;

import dev.ashlar.tensor.program.DeviceInfo;
import dev.ashlar.tensor.program.DeviceInfo.Kind;
import dev.ashlar.tensor.program.DeviceProblem;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * The devices that TornadoVM reaches from this JVM, named {@code tornado:driver:device}. Whoever
 * does not compile against this module reaches them by {@link dev.ashlar.tensor.program.Runners}.
 */
public final class Devices {
  private static final String REMEDY =
      "install an OpenCL driver for your device, or pocl-opencl-icd, which runs OpenCL on the CPU";

  /** The property that says how many bytes of code TornadoVM keeps per task graph. */
  static final String CODE_SIZE_PROPERTY = "tornado.tvm.maxbytecodesize";

  /** Enough for as many tasks as its other buffers take. */
  static final int CODE_SIZE = 1 << 16;

  // TornadoVM reads them once, when it is first used.
  static {
    // Its native_sin and the like are wrong for great numbers.
    setUnlessSet("tornado.enable.nativeFunctions", "False");
    setUnlessSet(CODE_SIZE_PROPERTY, Integer.toString(CODE_SIZE));
    // Of 32,768 events it would keep room for each task; they come one after another here.
    setUnlessSet("tornado.max.events", "1024");
    // Its own limit is 4 GB on every device; programs are held to the device's memory by us.
    setUnlessSet("tornado.device.memory", "1024GB");
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) System.setProperty(property, value);
  }

  private Devices() {}

  /** Returns what is missing for devices to be used, each with its remedy. */
  public static List<DeviceProblem> problems() {
    List<DeviceProblem> problems = TornadoFlags.problems(System.getenv("TORNADOVM_HOME"));
    return problems.isEmpty() ? Drivers.PROBLEMS : problems;
  }

  /** Looks for drivers once: TornadoVM says only the first time why it does not start. */
  private static final class Drivers {
    static final List<DeviceProblem> PROBLEMS = problems();

    private static List<DeviceProblem> problems() {
      try {
        var runtime = TornadoRuntimeProvider.getTornadoRuntime();
        for (int driver = 0; driver < runtime.getNumBackends(); driver++) {
          if (runtime.getBackend(driver).getNumDevices() > 0) return List.of();
        }
        return List.of(new DeviceProblem("TornadoVM found no driver with a device", REMEDY));
      } catch (RuntimeException | LinkageError e) {
        String what = "TornadoVM does not start: " + DeviceException.reason(e);
        return List.of(new DeviceProblem(what, REMEDY));
      }
    }
  }

  /** Returns all devices; none where there are {@link #problems}. */
  public static List<DeviceInfo> list() {
    List<DeviceInfo> devices = new ArrayList<>();
    if (!problems().isEmpty()) return devices;
    var runtime = TornadoRuntimeProvider.getTornadoRuntime();
    for (int driver = 0; driver < runtime.getNumBackends(); driver++) {
      TornadoBackend backend = runtime.getBackend(driver);
      for (int i = 0; i < backend.getNumDevices(); i++) {
        devices.add(info(driver, i, backend));
      }
    }
    return devices;
  }

  private static DeviceInfo info(int driver, int number, TornadoBackend backend) {
    TornadoDevice device = backend.getDevice(number);
    return new DeviceInfo(
        "tornado:%d:%d".formatted(driver, number),
        kind(device),
        backend.getName() + " " + device.getPlatformName(),
        device.getPhysicalDevice().getDeviceName(),
        device.getMaxGlobalMemory(),
        device.getDeviceLocalMemorySize());
  }

  private static Kind kind(TornadoDevice device) {
    return switch (device.getDeviceType()) {
      case GPU -> Kind.GPU;
      case CPU -> Kind.CPU;
      default -> Kind.OTHER;
    };
  }

  /**
   * Returns what runs programs on a device.
   *
   * @param name {@code tornado:driver:device}, numbers as {@link #list} gives them
   * @throws DeviceException if there are {@link #problems}, or no such device
   */
  public static TornadoRunner get(String name) {
    List<DeviceProblem> problems = problems();
    if (!problems.isEmpty()) throw DeviceException.unusable(problems.getFirst());
    List<DeviceInfo> known = list();
    DeviceInfo info =
        known.stream()
            .filter(device -> device.name().equals(name))
            .findFirst()
            .orElseThrow(() -> DeviceException.unknown(name, known));
    String[] parts = name.split(":");
    TornadoDevice device =
        TornadoRuntimeProvider.getTornadoRuntime()
            .getBackend(Integer.parseInt(parts[1]))
            .getDevice(Integer.parseInt(parts[2]));
    return new TornadoRunner(info, device);
  }
}
