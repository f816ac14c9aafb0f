package dev.ashlar.tensor.program;

/** Makes programs runnable: on the CPU ({@link ProgramExecutor}), or on a device. */
@FunctionalInterface
public interface ProgramRunner {
  /**
   * Returns the program ready to run; its constants must stay alive until that is closed.
   *
   * @throws RuntimeException naming the operation that cannot run here, and why
   */
  Executable compile(Program program);
}
