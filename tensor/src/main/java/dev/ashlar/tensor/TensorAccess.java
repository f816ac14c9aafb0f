package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/**
 * What interpreters and program runners need of a tensor's inside; programs that compute have no
 * use for it.
 */
public final class TensorAccess {
  private TensorAccess() {}

  // ---- Tensors that are only traced.

  /**
   * Returns a tensor of the innermost scope that has a layout and a lifetime but no numbers:
   * reading it throws {@link TracingException}.
   *
   * @param release runs once, when nothing holds the tensor or a view of it any more
   */
  public static Tensor withoutMemory(DType dtype, Layout layout, Runnable release) {
    TensorSpec spec = new TensorSpec(dtype, layout.shape());
    return Tensor.over(spec, Storage.withoutMemory(release), TensorScope.current()).view(layout);
  }

  /** Returns whether there are numbers: false for a tensor that is only traced. */
  public static boolean hasMemory(Tensor tensor) {
    return tensor.storage().hasMemory();
  }

  // ---- Memory and lifetime.

  /** Returns an uninitialised, row-major tensor of the innermost scope. */
  public static Tensor allocate(TensorSpec spec) {
    return Tensor.allocate(spec);
  }

  /** Returns the tensor's memory, valid as long as somebody holds the tensor. */
  public static Operand operand(Tensor tensor) {
    tensor.checkAlive();
    return tensor.operand();
  }

  /** Returns what a tensor holds until its memory is written anew. */
  public static Contents contents(Tensor tensor) {
    tensor.checkAlive();
    return new Contents(tensor.storage(), tensor.layout());
  }

  /** Returns the same memory in another layout. */
  public static Tensor view(Tensor tensor, Layout layout) {
    tensor.checkAlive();
    return tensor.view(layout);
  }

  /** Throws {@link TensorLifetimeException} if the tensor was freed or donated. */
  public static void checkAlive(Tensor tensor) {
    tensor.checkAlive();
  }

  /** Returns whether two tensors lie in one piece of memory. */
  public static boolean shareMemory(Tensor a, Tensor b) {
    return a.storage() == b.storage();
  }

  /** Returns what is one and the same object for all tensors in one piece of memory. */
  public static Object memory(Tensor tensor) {
    return tensor.storage();
  }

  /**
   * Throws unless {@code op} can write a result of {@code out} in the place of input {@code donor}.
   *
   * @throws ShapeException if the input repeats elements or differs from the result
   * @throws TensorLifetimeException if its memory is read-only, or another input's too
   */
  public static void checkDonor(Op op, List<Tensor> inputs, int donor, TensorSpec out) {
    Eager.requireSole(op, inputs, donor);
    Eager.donor(op, inputs.get(donor), out);
  }

  /** Ends every tensor on the memory of {@code input}, and returns the one that takes its place. */
  public static Tensor donated(Op op, Tensor input) {
    input.checkAlive();
    return input.donated(op.label());
  }
}
