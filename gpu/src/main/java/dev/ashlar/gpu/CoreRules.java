package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.program.Program.Step;
import java.util.Optional;

/** <b>The</b> table of device kernels: how each operation of {@link Op} becomes tasks. */
final class CoreRules {
  private CoreRules() {}

  /** Returns how a step becomes tasks, or empty where no kernel computes it. */
  static Optional<Rule> of(Step step) {
    Op op = step.op();
    return switch (op) {
      case Op.Arange _, Op.Random _, Op.FoldKey _, Op.Unary _, Op.Copy _, Op.Cast _, Op.Not _ ->
          Elementwise.of(step);
      case Op.Binary _, Op.Compare _, Op.Logical _, Op.Clamp _, Op.Where _ -> Elementwise.of(step);
      case Op.Fill fill ->
          when(
              fill.spec().dtype() != DType.BF16,
              (tasks, _, out) -> Elementwise.fill(tasks, fill, out.getFirst()));
      case Op.Reduction reduction ->
          when(
              isKnown(step),
              (tasks, in, out) -> Lines.reduce(tasks, reduction, in.getFirst(), out.getFirst()));
      case Op.Softmax softmax -> when(isKnown(step), softmax(op, softmax.axis()));
      case Op.LogSoftmax softmax -> when(isKnown(step), softmax(op, softmax.axis()));
      case Op.MatMul _ ->
          when(
              isKnown(step),
              (tasks, in, out) -> Products.matmul(tasks, in.get(0), in.get(1), out.getFirst()));
      case Op.Concat concat ->
          Optional.of((tasks, in, out) -> Moves.concat(tasks, concat, in, out.getFirst()));
      case Op.Pad pad ->
          Optional.of((tasks, in, out) -> Moves.pad(tasks, pad, in.getFirst(), out.getFirst()));
      case Op.Gather gather ->
          Optional.of((tasks, in, out) -> Moves.gather(tasks, gather, in, out.getFirst()));
      case Op.IndexSelect select ->
          Optional.of((tasks, in, out) -> Moves.select(tasks, select, in, out.getFirst()));
      case Op.ScatterAdd add ->
          when(
              isKnown(step),
              (tasks, in, out) -> Additions.scatterAdd(tasks, add, in, out.getFirst()));
      case Op.IndexAdd add ->
          when(
              isKnown(step),
              (tasks, in, out) -> Additions.indexAdd(tasks, add, in, out.getFirst()));
      case Op.OneHot hot ->
          when(
              hot.dtype() != DType.BF16,
              (tasks, in, out) -> Indices.oneHot(tasks, hot, in.getFirst(), out.getFirst()));
      case Op.ArgMax max -> when(isKnown(step), argument(max.axis(), true));
      case Op.ArgMin min -> when(isKnown(step), argument(min.axis(), false));
      case Op.Sort sort -> when(isKnown(step), ordered(op, sort.axis(), sort.descending()));
      case Op.TopK topK -> when(isKnown(step), ordered(op, topK.axis(), topK.largest()));
      case Op.CumSum sum ->
          when(
              isKnown(step),
              (tasks, in, out) -> Ordering.cumSum(tasks, sum, in.getFirst(), out.getFirst()));
      case Op.Custom custom -> CustomRules.of(step, custom);
      case Op.View _ -> throw new IllegalStateException(op.label());
    };
  }

  private static Optional<Rule> when(boolean known, Rule rule) {
    return known ? Optional.of(rule) : Optional.empty();
  }

  private static Rule argument(int axis, boolean greatest) {
    return (tasks, in, out) ->
        Ordering.argument(tasks, axis, greatest, in.getFirst(), out.getFirst());
  }

  private static Rule ordered(Op op, int axis, boolean descending) {
    return (tasks, in, out) -> Ordering.sort(tasks, op, axis, descending, in.getFirst(), out);
  }

  private static Rule softmax(Op op, int axis) {
    return (tasks, in, out) -> Lines.softmax(tasks, op, axis, in.getFirst(), out.getFirst());
  }

  /** Returns whether the first input is of an element type with kernels. */
  private static boolean isKnown(Step step) {
    return step.inputs().getFirst().spec().dtype() != DType.BF16;
  }
}
