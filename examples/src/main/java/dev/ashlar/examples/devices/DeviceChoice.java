package dev.ashlar.examples.devices;

import dev.ashlar.examples.CommandException;
import dev.ashlar.tensor.program.ProgramRunner;
import dev.ashlar.tensor.program.ProgramRunnerException;
import dev.ashlar.tensor.program.Runners;

/** What {@code --device} says. */
public final class DeviceChoice {
  private DeviceChoice() {}

  /**
   * Returns what runs programs on a device.
   *
   * @throws CommandException if there is no such device, or it cannot be used
   */
  public static ProgramRunner runner(String name) {
    try {
      return Runners.get(name);
    } catch (ProgramRunnerException e) {
      throw new CommandException("--device: %s", e.getMessage());
    }
  }
}
