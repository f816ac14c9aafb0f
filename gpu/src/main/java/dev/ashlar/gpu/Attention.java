package dev.ashlar.gpu;

import dev.ashlar.moba.BlockGate;
import dev.ashlar.moba.FlashAttention;
import dev.ashlar.moba.FlashAttentionBackward;
import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.MobaAttentionBackward;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.List;

/** How the operations of attention, dense and over chosen blocks, become tasks. */
final class Attention {
  private Attention() {}

  /** Chooses blocks: query, key -> selection. */
  static void gate(Tasks tasks, BlockGate op, List<Place> in, Place selection) {
    List<Place> inputs = floats(tasks, op, in);
    int most = selection.layout().shape().dim(2);
    var problem = problem(op.packing(), op.config().blockSize(), most, inputs);
    new AttentionTasks(tasks, problem).choose(inputs.get(0), inputs.get(1), selection);
  }

  /** Attends densely: query, key, value -> out, logSumExp. */
  static void flash(Tasks tasks, FlashAttention op, List<Place> in, List<Place> out) {
    List<Place> inputs = floats(tasks, op, in);
    new AttentionTasks(tasks, dense(op, inputs)).forward(inputs, out, scale(op, inputs));
  }

  /** Computes the gradient of dense attention: see {@link FlashAttentionBackward}. */
  static void flashBackward(
      Tasks tasks, FlashAttentionBackward op, List<Place> in, List<Place> out) {
    List<Place> inputs = floats(tasks, op, in);
    new AttentionTasks(tasks, dense(op.forward(), inputs))
        .backward(inputs, out, scale(op.forward(), inputs));
  }

  /** Attends to chosen blocks: query, key, value, selection -> out, logSumExp. */
  static void moba(Tasks tasks, MobaAttention op, List<Place> in, List<Place> out) {
    List<Place> inputs = floats(tasks, op, in.subList(0, 3));
    overChosen(tasks, op, inputs, in.get(3)).forward(inputs, out, scale(op, inputs));
  }

  /** Computes the gradient of attention to chosen blocks: see {@link MobaAttentionBackward}. */
  static void mobaBackward(Tasks tasks, MobaAttentionBackward op, List<Place> in, List<Place> out) {
    List<Place> without = new ArrayList<>(in);
    without.remove(3);
    List<Place> inputs = floats(tasks, op, without);
    overChosen(tasks, op.forward(), inputs, in.get(3))
        .backward(inputs, out, scale(op.forward(), inputs));
  }

  private static float scale(FlashAttention op, List<Place> in) {
    return (float) op.scaleFor(in.getFirst().layout().shape().dim(2));
  }

  private static float scale(MobaAttention op, List<Place> in) {
    return (float) op.config().scaleFor(in.getFirst().layout().shape().dim(2));
  }

  /** Every sequence is one block. */
  private static AttentionProblem dense(FlashAttention op, List<Place> in) {
    return problem(op.packing(), Math.max(1, op.packing().maxLength()), 0, in);
  }

  private static AttentionTasks overChosen(
      Tasks tasks, MobaAttention op, List<Place> in, Place selection) {
    MobaConfig config = op.config();
    int most = selection.layout().shape().dim(2);
    var attention = new AttentionTasks(tasks, problem(op.packing(), config.blockSize(), most, in));
    attention.list(op.label(), selection);
    return attention;
  }

  private static AttentionProblem problem(
      Packing packing, int blockSize, int most, List<Place> in) {
    Shape query = in.get(0).layout().shape();
    Shape key = in.get(1).layout().shape();
    return new AttentionProblem(packing, blockSize, query.dim(1), key.dim(1), query.dim(2), most);
  }

  /** Returns inputs row-major; throws if they are not F32 or their heads too large. */
  private static List<Place> floats(Tasks tasks, Op op, List<Place> in) {
    int headDim = in.getFirst().layout().shape().dim(2);
    if (headDim > Tiles.SIZE) {
      throw tasks.tooLarge(op.label() + " head size", headDim, Tiles.SIZE);
    }
    List<Place> out = new ArrayList<>();
    for (Place place : in) {
      if (place.dtype() != DType.F32) throw tasks.noType(op.label(), place.dtype());
      out.add(rowMajor(tasks, place));
    }
    return out;
  }

  private static Place rowMajor(Tasks tasks, Place from) {
    if (from.isRowMajor()) return from;
    Place to =
        tasks.scratch(from.dtype(), from.size()).with(Layout.contiguous(from.layout().shape()));
    var copy =
        new Step(
            new Op.Copy(), List.of(new Value(0, from.spec())), List.of(new Value(1, to.spec())));
    CoreRules.of(copy).orElseThrow().lower(tasks, List.of(from), List.of(to));
    return to;
  }
}
