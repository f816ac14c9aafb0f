package dev.ashlar.gpu;

import dev.ashlar.tensor.program.DeviceInfo;
import dev.ashlar.tensor.program.Executable;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.ProgramRunner;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Runs programs on a device, intermediate results included. Results agree with the CPU's within
 * rounding. {@link dev.ashlar.tensor.program.Compiled} keeps one plan per program.
 */
public final class TornadoRunner implements ProgramRunner {
  private final DeviceInfo info;
  private final TornadoDevice device;

  TornadoRunner(DeviceInfo info, TornadoDevice device) {
    this.info = info;
    this.device = device;
  }

  /** Returns the device that programs run on. */
  public DeviceInfo info() {
    return info;
  }

  /**
   * {@inheritDoc}
   *
   * @throws DeviceException naming an operation or element type without a device kernel
   */
  @Override
  public Executable compile(Program program) {
    return new TornadoExecutable(program, new Lowering(program, info.name()), info.name(), device);
  }
}
