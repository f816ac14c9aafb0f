package dev.ashlar.tensor.program;

import java.util.List;

/**
 * Offers devices to {@link Runners}, which finds it by {@link java.util.ServiceLoader}: whoever
 * uses devices needs the providing module at run time only. No method may fail because something is
 * not installed: that is a {@linkplain #problems problem}.
 */
public interface DeviceProvider {
  /** Returns what the names of its devices begin with, such as {@code tornado}. */
  String name();

  /** Returns what keeps its devices from being used; nothing if they can be. */
  List<DeviceProblem> problems();

  /** Returns its devices, none where there are problems. */
  List<DeviceInfo> devices();

  /**
   * Returns what runs programs on one of {@link #devices}.
   *
   * @throws ProgramRunnerException if there is no such device, or it cannot be used
   */
  ProgramRunner runner(String device);
}
