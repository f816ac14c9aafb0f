package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Availability;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.KernelProvider;
import java.util.List;
import java.util.Optional;

/** Plain kernels for every operation: what the operations mean. */
public final class ReferenceKernels implements KernelProvider {
  /** Makes the provider; {@link java.util.ServiceLoader} does. */
  public ReferenceKernels() {}

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public Availability availability() {
    return new Availability.Ready("plain Java");
  }

  /**
   * Returns the plain kernel of an operation, which takes every element type that its shape rule
   * allows.
   */
  @Override
  public Optional<Kernel> find(Op op, List<TensorSpec> inputs) {
    return Optional.of(kernel(op));
  }

  private static Kernel kernel(Op op) {
    return switch (op) {
      case Op.Source source -> (_, out) -> Sources.source(source, out.getFirst());
      case Op.Random random -> (in, out) -> Sources.random(random, in.getFirst(), out.getFirst());
      case Op.FoldKey fold -> (in, out) -> Sources.fold(fold, in.getFirst(), out.getFirst());
      case Op.Unary unary -> (in, out) -> Elementwise.unary(unary, in, out);
      case Op.Not _ -> Elementwise::not;
      case Op.Cast _ -> Elementwise::cast;
      case Op.Binary binary -> (in, out) -> Elementwise.binary(binary, in, out);
      case Op.Compare compare -> (in, out) -> Select.compare(compare, in, out);
      case Op.Logical logical -> (in, out) -> Elementwise.logical(logical, in, out);
      case Op.Clamp _ -> Elementwise::clamp;
      case Op.Where _ -> Select::where;
      case Op.Reduction reduction -> (in, out) -> Reduce.reduce(reduction, in, out);
      case Op.ArgMax argMax -> (in, out) -> Order.argMax(argMax, in, out);
      case Op.ArgMin argMin -> (in, out) -> Order.argMin(argMin, in, out);
      case Op.Softmax softmax -> (in, out) -> AlongAxis.softmax(softmax, in, out);
      case Op.LogSoftmax softmax -> (in, out) -> AlongAxis.logSoftmax(softmax, in, out);
      case Op.CumSum sum -> (in, out) -> AlongAxis.cumSum(sum, in, out);
      case Op.Sort sort -> (in, out) -> Order.sort(sort, in, out);
      case Op.TopK topK -> (in, out) -> Order.topK(topK, in, out);
      case Op.MatMul _ -> MatMul::multiply;
      case Op.View view ->
          throw new IllegalArgumentException(view.label() + " is a view and has no kernel");
      case Op.Copy _ -> (in, out) -> Move.copy(in.getFirst(), out.getFirst());
      case Op.Concat concat -> (in, out) -> Move.concat(concat, in, out);
      case Op.Pad pad -> (in, out) -> Move.pad(pad, in, out);
      case Op.Gather gather -> (in, out) -> Index.gather(gather, in, out);
      case Op.ScatterAdd scatter -> (in, out) -> Index.scatterAdd(scatter, in, out);
      case Op.IndexSelect select -> (in, out) -> Index.indexSelect(select, in, out);
      case Op.IndexAdd add -> (in, out) -> Index.indexAdd(add, in, out);
      case Op.OneHot oneHot -> (in, out) -> Index.oneHot(oneHot, in, out);
      case Op.Custom custom -> custom::compute;
    };
  }
}
