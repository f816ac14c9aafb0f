package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Kernels;
import dev.ashlar.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Computes every operation at once: infer shapes, allocate, find a kernel, run it. */
final class Eager implements Interpreter {
  static final Eager INSTANCE = new Eager();

  private Eager() {}

  @Override
  public List<Tensor> interpret(Op op, List<Tensor> inputs) {
    List<TensorSpec> in = specs(inputs);
    List<TensorSpec> out = ShapeRules.infer(op, in);
    if (op instanceof Op.View view) return List.of(view(view, inputs.getFirst(), out.getFirst()));
    int held = 0;
    try {
      // Held while the kernel runs, so that no other thread's scope can free what it reads.
      for (; held < inputs.size(); held++) inputs.get(held).hold();
      List<Tensor> results = allocate(op, inputs, out);
      Kernel kernel = Kernels.find(op, in);
      try {
        kernel.run(operands(inputs), operands(results));
      } catch (Throwable e) {
        // What was being overwritten is half old and half new: nobody may take it for either.
        finishDonations(op, inputs, results);
        throw e;
      }
      return finishDonations(op, inputs, results);
    } finally {
      for (int i = 0; i < held; i++) inputs.get(i).storage().release(null);
    }
  }

  private static Tensor view(Op.View view, Tensor input, TensorSpec out) {
    input.checkAlive();
    Optional<Layout> layout = Views.layout(view, input.layout());
    if (layout.isPresent()) return input.view(layout.get());
    Tensor copy = INSTANCE.interpret(new Op.Copy(), List.of(input)).getFirst();
    return copy.view(Layout.contiguous(out.shape()));
  }

  private static List<Tensor> allocate(Op op, List<Tensor> inputs, List<TensorSpec> out) {
    List<Integer> donations = op instanceof Op.Custom custom ? custom.donations() : List.of();
    for (int donor : donations) if (donor >= 0) requireSole(op, inputs, donor);
    List<Tensor> results = new ArrayList<>(out.size());
    for (int i = 0; i < out.size(); i++) {
      int donor = i < donations.size() ? donations.get(i) : -1;
      results.add(
          donor < 0 ? Tensor.allocate(out.get(i)) : donor(op, inputs.get(donor), out.get(i)));
    }
    return results;
  }

  /** Throws if another input lies in the memory that input {@code donor} gives up. */
  static void requireSole(Op op, List<Tensor> inputs, int donor) {
    Storage storage = inputs.get(donor).storage();
    for (int other = 0; other < inputs.size(); other++) {
      if (other != donor && inputs.get(other).storage() == storage) {
        throw TensorLifetimeException.sharedDonation(op.label(), donor, other);
      }
    }
  }

  /** Returns the input, once {@code out} can be written in its place. */
  static Tensor donor(Op op, Tensor input, TensorSpec out) {
    if (!input.storage().isWritable())
      throw TensorLifetimeException.readOnly(op.label(), input.spec());
    if (input.layout().overlaps() || !input.spec().equals(out)) {
      throw new ShapeException(
          "%s: cannot write %s into the memory of %s; pass copy() of it",
          op.label(), out, input.spec());
    }
    return input;
  }

  private static List<Tensor> finishDonations(Op op, List<Tensor> inputs, List<Tensor> results) {
    if (!(op instanceof Op.Custom custom) || custom.donations().isEmpty()) return results;
    return results.stream().map(r -> inputs.contains(r) ? r.donated(op.label()) : r).toList();
  }

  private static List<TensorSpec> specs(List<Tensor> tensors) {
    List<TensorSpec> specs = new ArrayList<>(tensors.size());
    for (Tensor tensor : tensors) specs.add(tensor.spec());
    return specs;
  }

  private static List<Operand> operands(List<Tensor> tensors) {
    List<Operand> operands = new ArrayList<>(tensors.size());
    for (Tensor tensor : tensors) operands.add(tensor.operand());
    return operands;
  }
}
