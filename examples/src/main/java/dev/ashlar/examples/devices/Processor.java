package dev.ashlar.examples.devices;

import com.sun.management.OperatingSystemMXBean;
import dev.ashlar.tensor.program.DeviceInfo;
import dev.ashlar.tensor.program.Runners;
import dev.ashlar.tensor.spi.KernelProvider;
import dev.ashlar.tensor.spi.Kernels;
import java.lang.management.ManagementFactory;
import java.util.stream.Collectors;

/** The machine's processor as a device: Ashlar's own kernels. */
final class Processor {
  private Processor() {}

  static DeviceInfo info() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    String kernels =
        Kernels.providers().stream().map(KernelProvider::name).collect(Collectors.joining(", "));
    return new DeviceInfo(
        Runners.CPU,
        DeviceInfo.Kind.CPU,
        "kernels " + kernels,
        "%s, %d processors"
            .formatted(System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors()),
        system.getTotalMemorySize(),
        0);
  }
}
