package dev.ashlar.gpu;

import dev.ashlar.tensor.program.DeviceInfo;
import dev.ashlar.tensor.program.Executable;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.ProgramRunner;
import java.util.Optional;
import java.util.function.Function;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Runs programs on a device, intermediate results included. Results agree with the CPU's within
 * rounding. {@link dev.ashlar.tensor.program.Compiled} keeps one plan per program.
 */
public final class TornadoRunner implements ProgramRunner {
  private final DeviceInfo info;
  private final TornadoDevice device;
  private final long memoryLimitBytes;
  private final Function<Step, Optional<Rule>> rules;
  private final boolean fusing;

  TornadoRunner(DeviceInfo info, TornadoDevice device) {
    this(info, device, info.memoryBytes(), CoreRules::of, true);
  }

  private TornadoRunner(
      DeviceInfo info,
      TornadoDevice device,
      long memoryLimitBytes,
      Function<Step, Optional<Rule>> rules,
      boolean fusing) {
    this.info = info;
    this.device = device;
    this.memoryLimitBytes = memoryLimitBytes;
    this.rules = rules;
    this.fusing = fusing;
  }

  /**
   * Returns this with another limit: a program that would take the memory of all programs on the
   * device beyond it is refused when it is compiled. It is the device's memory unless told
   * otherwise.
   */
  public TornadoRunner withMemoryLimit(long bytes) {
    if (bytes < 0)
      throw new IllegalArgumentException("memory limit must not be negative: " + bytes);
    return new TornadoRunner(info, device, bytes, rules, fusing);
  }

  /** Returns this with other kernels. */
  TornadoRunner withRules(Function<Step, Optional<Rule>> others) {
    return new TornadoRunner(info, device, memoryLimitBytes, others, fusing);
  }

  /** Returns this with a kernel for each step. */
  TornadoRunner withoutFusion() {
    return new TornadoRunner(info, device, memoryLimitBytes, rules, false);
  }

  long memoryLimitBytes() {
    return memoryLimitBytes;
  }

  TornadoDevice device() {
    return device;
  }

  /** Returns the device that programs run on. */
  public DeviceInfo info() {
    return info;
  }

  /**
   * {@inheritDoc}
   *
   * @throws DeviceException naming an operation or element type without a device kernel, a kernel
   *     that the device cannot compile, or the memory that is needed and free
   */
  @Override
  public Executable compile(Program program) {
    Program prepared = prepared(program);
    return new TornadoExecutable(prepared, new Lowering(prepared, info.name(), rules), this);
  }

  /** {@inheritDoc} Elementwise steps that follow from each other are one. */
  @Override
  public Program prepared(Program program) {
    Program composed = LongSoftmax.composed(LinearLoss.composed(program));
    return fusing ? Fusion.fuse(composed) : composed;
  }
}
