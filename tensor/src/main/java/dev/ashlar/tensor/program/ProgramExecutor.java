package dev.ashlar.tensor.program;

/**
 * Runs programs on the CPU with the kernels that eager computation uses, so that results are equal
 * to the bit. Intermediate results lie in one slab, which stays allocated between runs; runs at the
 * same time have a slab each.
 */
public final class ProgramExecutor implements ProgramRunner {
  private static final ProgramExecutor INSTANCE = new ProgramExecutor();

  private ProgramExecutor() {}

  /** Returns the executor. */
  public static ProgramExecutor cpu() {
    return INSTANCE;
  }

  @Override
  public Executable compile(Program program) {
    return new CpuExecutable(program);
  }
}
