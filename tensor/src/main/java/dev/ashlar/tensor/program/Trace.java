package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Hold;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorTree;
import java.util.List;

/**
 * A function as {@link Tracer} recorded it. Keeps the program's constants alive until it is closed.
 *
 * @param <B> the structure of the function's result
 */
public final class Trace<B> implements AutoCloseable {
  private final Program program;
  private final B result;
  private final long eagerPeakBytes;
  private final Hold constants;

  Trace(Program program, B result, long eagerPeakBytes, Hold constants) {
    this.program = program;
    this.result = result;
    this.eagerPeakBytes = eagerPeakBytes;
    this.constants = constants;
  }

  /** Returns what was recorded. */
  public Program program() {
    return program;
  }

  /**
   * Returns the most bytes that results would have taken at a time had the function run eagerly in
   * the scope around it: without inputs, constants and padding.
   */
  public long eagerPeakBytes() {
    return eagerPeakBytes;
  }

  /**
   * Returns the function's result with {@code outputs} for its tensors. Whatever else it contains
   * is as it was when the function was traced.
   */
  public B result(List<Tensor> outputs) {
    return TensorTree.withLeaves(result, outputs);
  }

  /** Lets go of the constants: the program cannot run any more. */
  @Override
  public void close() {
    constants.close();
  }
}
