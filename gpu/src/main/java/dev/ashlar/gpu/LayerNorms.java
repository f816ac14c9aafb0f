package dev.ashlar.gpu;

import dev.ashlar.autodiff.nn.LayerNormOp;
import dev.ashlar.tensor.Shape;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Layer norm, forward and backward, of F32. */
final class LayerNorms {
  private LayerNorms() {}

  private static int width(Place x) {
    return x.layout().shape().dim(-1);
  }

  static void forward(Tasks tasks, LayerNormOp op, List<Place> in, List<Place> out) {
    FloatArray x = Elementwise.rowMajor(tasks, in.get(0)).floats();
    FloatArray weight = Elementwise.rowMajor(tasks, in.get(1)).floats();
    FloatArray bias = Elementwise.rowMajor(tasks, in.get(2)).floats();
    FloatArray y = out.get(0).floats();
    FloatArray mean = out.get(1).floats();
    FloatArray scale = out.get(2).floats();
    int width = width(in.getFirst());
    float epsilon = (float) op.epsilon();
    tasks.groups(
        op.label(),
        List.of(x, weight, bias),
        List.of(y, mean, scale),
        out.get(1).size(),
        LayerKernels.GROUP,
        (graph, id) ->
            graph.task(
                id,
                LayerNormKernels::layerNormKernel,
                tasks.context(),
                x,
                weight,
                bias,
                y,
                mean,
                scale,
                width,
                epsilon));
  }

  static void backward(Tasks tasks, List<Place> in, List<Place> out) {
    FloatArray x = Elementwise.rowMajor(tasks, in.get(0)).floats();
    FloatArray weight = Elementwise.rowMajor(tasks, in.get(1)).floats();
    FloatArray mean = in.get(2).floats();
    FloatArray scale = in.get(3).floats();
    FloatArray dY = Elementwise.rowMajor(tasks, in.get(4)).floats();
    FloatArray dMean = in.get(5).floats();
    FloatArray dScale = in.get(6).floats();
    FloatArray dX = out.get(0).floats();
    FloatArray dWeight = out.get(1).floats();
    FloatArray dBias = out.get(2).floats();
    int rows = in.get(2).size();
    int width = width(in.getFirst());
    Shape shape = in.get(2).layout().shape();
    int at =
        tasks
            .geometry()
            .add(
                shape,
                in.get(2).layout(),
                in.get(3).layout(),
                in.get(5).layout(),
                in.get(6).layout());
    tasks.groups(
        "layerNormBackward",
        List.of(x, weight, mean, scale, dY, dMean, dScale),
        List.of(dX),
        rows,
        LayerKernels.GROUP,
        (graph, id, g) ->
            graph.task(
                id,
                LayerNormKernels::layerNormInputKernel,
                tasks.context(),
                x,
                weight,
                mean,
                scale,
                dY,
                dMean,
                dScale,
                dX,
                g,
                at,
                width));
    tasks.groups(
        "layerNormBackward of weight",
        List.of(x, mean, scale, dY),
        List.of(dWeight, dBias),
        width,
        LayerKernels.GROUP,
        (graph, id, g) ->
            graph.task(
                id,
                LayerNormKernels::layerNormWeightKernel,
                tasks.context(),
                x,
                mean,
                scale,
                dY,
                dWeight,
                dBias,
                g,
                at,
                rows,
                width));
  }
}
