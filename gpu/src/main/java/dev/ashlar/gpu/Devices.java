package dev.ashlar.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** The devices that TornadoVM reaches from this JVM, named {@code tornado:driver:device}. */
public final class Devices {
  private Devices() {}

  /** Returns what is missing for devices to be used, with the remedy, or empty if nothing is. */
  public static Optional<String> problem() {
    if (System.getProperty("tornado.load.runtime.implementation") == null) {
      return Optional.of(
          "this JVM was not started for TornadoVM;"
              + " start it as java @$TORNADOVM_HOME/tornado-argfile @jvm.flags"
              + " -Dtornado.recover.bailout=False");
    }
    // Otherwise a kernel that cannot be compiled runs as plain Java, and computes something else.
    if (!"False".equalsIgnoreCase(System.getProperty("tornado.recover.bailout"))) {
      return Optional.of(
          "TornadoVM would run kernels that fail to compile as plain Java, with wrong results;"
              + " add -Dtornado.recover.bailout=False to the JVM's flags");
    }
    return noDriver();
  }

  private static Optional<String> noDriver() {
    try {
      if (TornadoRuntimeProvider.getTornadoRuntime().getNumBackends() > 0) return Optional.empty();
      return Optional.of(
          "TornadoVM found no driver; install one for your device, or pocl-opencl-icd for the CPU");
    } catch (RuntimeException | LinkageError e) {
      return Optional.of(
          "TornadoVM does not start (%s); install a driver for your device, or pocl-opencl-icd for"
                  .formatted(e)
              + " the CPU");
    }
  }

  /** Returns all devices; none where there is a {@link #problem}. */
  public static List<DeviceInfo> list() {
    List<DeviceInfo> devices = new ArrayList<>();
    if (problem().isPresent()) return devices;
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
        backend.getName() + " " + device.getPlatformName(),
        device.getPhysicalDevice().getDeviceName(),
        device.getMaxGlobalMemory(),
        device.getDeviceLocalMemorySize());
  }

  /**
   * Returns what runs programs on a device.
   *
   * @param name {@code tornado:driver:device}, numbers as {@link #list} gives them
   * @throws DeviceException if there is a {@link #problem}, or no such device
   */
  public static TornadoRunner get(String name) {
    problem()
        .ifPresent(
            problem -> {
              throw DeviceException.unusable(problem);
            });
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
