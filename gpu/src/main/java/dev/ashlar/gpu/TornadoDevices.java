package dev.ashlar.gpu;

import dev.ashlar.tensor.program.DeviceInfo;
import dev.ashlar.tensor.program.DeviceProblem;
import dev.ashlar.tensor.program.DeviceProvider;
import dev.ashlar.tensor.program.ProgramRunner;
import java.util.List;

/**
 * Offers {@link Devices} to {@link dev.ashlar.tensor.program.Runners}, in JVMs without TornadoVM
 * too: there it says what is missing.
 */
public final class TornadoDevices implements DeviceProvider {
  /** Makes the provider; {@link java.util.ServiceLoader} does. */
  public TornadoDevices() {}

  @Override
  public String name() {
    return "tornado";
  }

  @Override
  public List<DeviceProblem> problems() {
    List<DeviceProblem> problems = TornadoFlags.problems(System.getenv("TORNADOVM_HOME"));
    return problems.isEmpty() ? Devices.problems() : problems;
  }

  @Override
  public List<DeviceInfo> devices() {
    return problems().isEmpty() ? Devices.list() : List.of();
  }

  @Override
  public ProgramRunner runner(String device) {
    TornadoFlags.require();
    return Devices.get(device);
  }
}
