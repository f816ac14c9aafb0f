package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Tensor;
import java.util.List;

/** A program ready to run, as often as wanted, by several threads at once. */
public interface Executable extends AutoCloseable {
  /**
   * Returns the program's outputs for these inputs, in the innermost scope. An input that the
   * program updates in place cannot be used afterwards; outputs may be views of inputs.
   *
   * @throws IllegalArgumentException if the inputs are not of the program's types and shapes
   * @throws dev.ashlar.tensor.TensorLifetimeException if an input was freed or donated, or shares
   *     memory with one that is updated in place
   * @throws ProgramRunnerException if the program cannot run where it was to; the inputs are then
   *     as they were
   */
  List<Tensor> run(List<Tensor> inputs);

  /** Returns the bytes a run needs for intermediate results and outputs. */
  long plannedBytes();

  /** Returns what became of the program: where it runs, of how many tasks, in how much memory. */
  CompileReport report();

  /** Gives back what is kept between runs. */
  @Override
  void close();
}
