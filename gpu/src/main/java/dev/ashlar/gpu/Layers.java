package dev.ashlar.gpu;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.autodiff.nn.RmsNormOp;
import dev.ashlar.moba.Rope;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Layers and losses, forward and backward, of F32. */
final class Layers {
  private Layers() {}

  private static int width(Place x) {
    return x.layout().shape().dim(-1);
  }

  static void rmsNorm(Tasks tasks, RmsNormOp op, List<Place> in, List<Place> out) {
    FloatArray x = Elementwise.rowMajor(tasks, in.get(0)).floats();
    FloatArray weight = Elementwise.rowMajor(tasks, in.get(1)).floats();
    FloatArray y = out.get(0).floats();
    FloatArray scale = out.get(1).floats();
    int width = width(in.getFirst());
    float epsilon = (float) op.epsilon();
    tasks.groups(
        op.label(),
        List.of(x, weight),
        List.of(y, scale),
        out.get(1).size(),
        LayerKernels.GROUP,
        (graph, id) ->
            graph.task(
                id,
                LayerKernels::rmsNormKernel,
                tasks.context(),
                x,
                weight,
                y,
                scale,
                width,
                epsilon));
  }

  static void rmsNormBackward(Tasks tasks, List<Place> in, List<Place> out) {
    FloatArray x = Elementwise.rowMajor(tasks, in.get(0)).floats();
    FloatArray weight = Elementwise.rowMajor(tasks, in.get(1)).floats();
    FloatArray scale = in.get(2).floats();
    FloatArray dY = Elementwise.rowMajor(tasks, in.get(3)).floats();
    FloatArray dScale = in.get(4).floats();
    FloatArray dX = out.get(0).floats();
    FloatArray dWeight = out.get(1).floats();
    int rows = in.get(2).size();
    int width = width(in.getFirst());
    Shape shape = in.get(2).layout().shape();
    int at = tasks.geometry().add(shape, in.get(2).layout(), in.get(4).layout());
    tasks.groups(
        "rmsNormBackward",
        List.of(x, weight, scale, dY, dScale),
        List.of(dX),
        rows,
        LayerKernels.GROUP,
        (graph, id, g) ->
            graph.task(
                id,
                LayerKernels::rmsNormInputKernel,
                tasks.context(),
                x,
                weight,
                scale,
                dY,
                dScale,
                dX,
                g,
                at,
                width));
    tasks.groups(
        "rmsNormBackward of weight",
        List.of(x, scale, dY),
        List.of(dWeight),
        width,
        LayerKernels.GROUP,
        (graph, id, g) ->
            graph.task(
                id,
                LayerKernels::rmsNormWeightKernel,
                tasks.context(),
                x,
                scale,
                dY,
                dWeight,
                g,
                at,
                rows,
                width));
  }

  private static int entry(Tasks tasks, List<Place> in) {
    Layout[] layouts = in.stream().map(Place::layout).toArray(Layout[]::new);
    return tasks.geometry().add(layouts[0].shape(), layouts);
  }

  private static IntArray targets(Tasks tasks, CrossEntropyOp op, List<Place> in) {
    int classes = width(in.get(0));
    return Indices.places(
        tasks,
        in.get(1),
        classes,
        op.ignored(),
        (target, position) ->
            new IndexOutOfBoundsException(
                "crossEntropy: target %d at position %d is not in 0 .. %d; logits have %d classes"
                    .formatted(target, position, classes - 1, classes)));
  }

  static void crossEntropy(Tasks tasks, CrossEntropyOp op, List<Place> in, List<Place> out) {
    FloatArray logits = Elementwise.rowMajor(tasks, in.get(0)).floats();
    IntArray places = targets(tasks, op, in);
    FloatArray loss = out.get(0).floats();
    FloatArray logSumExp = out.get(1).floats();
    FloatArray total = out.get(2).floats();
    int width = width(in.getFirst());
    tasks.groups(
        op.label(),
        List.of(logits, places),
        List.of(loss, logSumExp, total),
        out.get(0).size(),
        LayerKernels.GROUP,
        (graph, id) ->
            graph.task(
                id,
                LayerKernels::crossEntropyKernel,
                tasks.context(),
                logits,
                places,
                loss,
                logSumExp,
                total,
                width));
  }

  static void crossEntropyBackward(Tasks tasks, CrossEntropyOp op, List<Place> in, Place y) {
    FloatArray logits = Elementwise.rowMajor(tasks, in.get(0)).floats();
    IntArray places = targets(tasks, op, in);
    int at = entry(tasks, in.subList(2, 6));
    int width = width(y);
    int n = y.size();
    tasks.each(
        "crossEntropyBackward",
        List.of(
            logits,
            places,
            in.get(2).array(),
            in.get(3).array(),
            in.get(4).array(),
            in.get(5).array()),
        List.of(y.array()),
        n,
        (graph, id, g) ->
            graph.task(
                id,
                LayerKernels::crossEntropyBackwardKernel,
                tasks.context(),
                logits,
                places,
                in.get(2).floats(),
                in.get(3).floats(),
                in.get(4).floats(),
                in.get(5).floats(),
                y.floats(),
                g,
                at,
                width,
                n));
  }

  /** The angles that heads of this size turn by; the direction does not matter. */
  private record Turn(Rope op, int headDim) {}

  private record Angles(FloatArray cosines, FloatArray sines) {}

  static void rope(Tasks tasks, Rope op, Place x, Place y) {
    Shape shape = x.layout().shape();
    int heads = shape.dim(1);
    int pairs = shape.dim(2) / 2;
    var turn = new Turn(new Rope(op.packing(), op.start(), op.theta(), false), shape.dim(2));
    Angles angles = tasks.once(turn, Angles.class, () -> angles(tasks, turn));
    FloatArray from = Elementwise.rowMajor(tasks, x).floats();
    float direction = op.inverse() ? -1 : 1;
    int n = x.size() / 2;
    tasks.each(
        "rope",
        List.of(from, angles.cosines, angles.sines),
        List.of(y.array()),
        n,
        (graph, id) ->
            graph.task(
                id,
                LayerKernels::ropeKernel,
                tasks.context(),
                from,
                angles.cosines,
                angles.sines,
                y.floats(),
                heads,
                pairs,
                direction,
                n));
  }

  private static Angles angles(Tasks tasks, Turn turn) {
    Rope.Angles angles = turn.op.angles(turn.headDim);
    return new Angles(
        tasks.constant(FloatArray.fromArray(angles.cosines())),
        tasks.constant(FloatArray.fromArray(angles.sines())));
  }
}
