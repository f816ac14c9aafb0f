package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.Optional;
import java.util.stream.Stream;

/** <b>The</b> table of device kernels: how each operation of {@link Op} becomes tasks. */
final class CoreRules {
  private CoreRules() {}

  /** Returns how a step becomes tasks, or empty where no kernel computes it. */
  static Optional<Rule> of(Step step) {
    Op op = step.op();
    if (op instanceof Op.Custom custom) return CustomRules.of(custom);
    if (!isReal(step)) return Optional.empty();
    return Optional.ofNullable(
        switch (op) {
          case Op.Fill fill -> (tasks, _, out) -> Elementwise.fill(tasks, fill, out.getFirst());
          case Op.Arange _ -> (tasks, _, out) -> Elementwise.arange(tasks, out.getFirst());
          case Op.Unary unary -> Kernels.unary(unary).map(k -> unary(op, k)).orElse(null);
          case Op.Copy _ -> unary(op, UnaryKernels::copyKernel);
          case Op.Not _ -> unary(op, UnaryKernels::notKernel);
          case Op.Cast cast -> unary(op, Kernels.cast(dtype(step), cast.dtype()));
          case Op.Binary binary -> Kernels.binary(binary).map(k -> binary(op, k)).orElse(null);
          case Op.Compare compare -> binary(op, Kernels.compare(compare.comparison()));
          case Op.Logical logical -> binary(op, Kernels.logical(logical.connective()));
          case Op.Where _ -> (tasks, in, out) -> Elementwise.where(tasks, in, out.getFirst());
          case Op.Reduction reduction ->
              (tasks, in, out) -> Lines.reduce(tasks, reduction, in.getFirst(), out.getFirst());
          case Op.Softmax softmax -> line(op, LineKernels::softmaxKernel, softmax.axis());
          case Op.LogSoftmax softmax -> line(op, LineKernels::logSoftmaxKernel, softmax.axis());
          case Op.MatMul _ ->
              (tasks, in, out) -> Products.matmul(tasks, in.get(0), in.get(1), out.getFirst());
          case Op.Random _, Op.FoldKey _, Op.ArgMax _, Op.ArgMin _, Op.CumSum _ -> null;
          case Op.Sort _, Op.TopK _, Op.Concat _, Op.Pad _, Op.Gather _, Op.ScatterAdd _ -> null;
          case Op.IndexSelect _, Op.IndexAdd _, Op.OneHot _ -> null;
          case Op.View _, Op.Custom _ -> throw new IllegalStateException(op.label());
        });
  }

  private static Rule unary(Op op, Kernels.Unary kernel) {
    return (tasks, in, out) ->
        Elementwise.unary(tasks, op.label(), kernel, in.getFirst(), out.getFirst());
  }

  private static Rule binary(Op op, Kernels.Binary kernel) {
    return (tasks, in, out) -> Elementwise.binary(tasks, op.label(), kernel, in, out.getFirst());
  }

  private static Rule line(Op op, Kernels.Line kernel, int axis) {
    return (tasks, in, out) ->
        Lines.alongAxis(tasks, op.label(), kernel, axis, in.getFirst(), out.getFirst());
  }

  private static DType dtype(Step step) {
    return step.inputs().getFirst().spec().dtype();
  }

  /** Returns whether all of a step is F32 or BOOL. */
  private static boolean isReal(Step step) {
    return Stream.concat(step.inputs().stream(), step.outputs().stream())
        .map(Value::spec)
        .allMatch(spec -> spec.dtype() == DType.F32 || spec.dtype() == DType.BOOL);
  }
}
