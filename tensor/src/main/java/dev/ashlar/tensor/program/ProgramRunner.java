package dev.ashlar.tensor.program;

/**
 * Makes programs runnable: on the CPU ({@link ProgramExecutor}), or on a device. {@link Runners}
 * knows them by name.
 */
@FunctionalInterface
public interface ProgramRunner {
  /**
   * Returns the program ready to run; its constants must stay alive until that is closed.
   *
   * @throws ProgramRunnerException naming the operation that cannot run here, and why
   */
  Executable compile(Program program);

  /**
   * Returns a program that answers the same in the steps that {@link #compile} makes of this one:
   * it may join several. The CPU can compute those too. Inputs, outputs and their specs are the
   * same.
   */
  default Program prepared(Program program) {
    return program;
  }
}
