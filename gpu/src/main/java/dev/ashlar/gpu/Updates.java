package dev.ashlar.gpu;

import dev.ashlar.autodiff.optim.AccumulateStep;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.autodiff.optim.MomentumStep;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Optimizers' updates of F32, in place: results lie where {@link Lowering} put them, which is where
 * the inputs are that give up their memory.
 */
final class Updates {
  // Numbers that one group adds up: few enough for many groups, many enough for few sums.
  private static final int PER_GROUP = 16_384;

  private Updates() {}

  private static int entry(Tasks tasks, List<Place> in) {
    Layout[] layouts = in.stream().map(Place::layout).toArray(Layout[]::new);
    return tasks.geometry().add(layouts[0].shape(), layouts);
  }

  private static List<TornadoNativeArray> arrays(List<Place> places) {
    return places.stream().map(Place::array).toList();
  }

  static void adamW(Tasks tasks, AdamWStep op, List<Place> in, List<Place> out) {
    int at = entry(tasks, in.subList(0, 4));
    Place pace = TypedElements.rowMajor(tasks, in.get(4));
    int n = in.getFirst().size();
    float beta1 = (float) op.beta1();
    float rest1 = (float) (1 - op.beta1());
    float beta2 = (float) op.beta2();
    float rest2 = (float) (1 - op.beta2());
    float weightDecay = (float) op.weightDecay();
    float epsilon = (float) op.epsilon();
    FloatArray gradient = in.get(3).floats();
    tasks.each(
        op.label(),
        List.of(in.get(0).array(), in.get(1).array(), in.get(2).array(), gradient, pace.array()),
        arrays(out),
        n,
        (graph, id, g) ->
            graph.task(
                id,
                StepKernels::adamWKernel,
                tasks.context(),
                in.get(0).floats(),
                in.get(1).floats(),
                in.get(2).floats(),
                gradient,
                pace.doubles(),
                g,
                at,
                n,
                beta1,
                rest1,
                beta2,
                rest2,
                weightDecay,
                epsilon));
  }

  static void momentum(Tasks tasks, MomentumStep op, List<Place> in, List<Place> out) {
    int at = entry(tasks, in);
    int n = in.getFirst().size();
    float rate = (float) op.rate();
    float momentum = (float) op.momentum();
    int nesterov = op.nesterov() ? 1 : 0;
    tasks.each(
        op.label(),
        arrays(in),
        arrays(out),
        n,
        (graph, id, g) ->
            graph.task(
                id,
                StepKernels::momentumKernel,
                tasks.context(),
                in.get(0).floats(),
                in.get(1).floats(),
                in.get(2).floats(),
                g,
                at,
                n,
                rate,
                momentum,
                nesterov));
  }

  static void accumulate(Tasks tasks, AccumulateStep op, List<Place> in, List<Place> out) {
    int at = entry(tasks, in);
    int n = in.getFirst().size();
    float weight = (float) op.weight();
    tasks.each(
        op.label(),
        arrays(in),
        arrays(out),
        n,
        (graph, id, g) ->
            graph.task(
                id,
                StepKernels::accumulateKernel,
                tasks.context(),
                in.get(0).floats(),
                in.get(1).floats(),
                g,
                at,
                n,
                weight));
  }

  /** Sums of parts, then their sum; the parts depend on the size alone. */
  static void sumOfSquares(Tasks tasks, Place x, Place y) {
    int at = tasks.geometry().add(x.layout().shape(), x.layout());
    int n = x.size();
    int parts = Math.max(1, (n + PER_GROUP - 1) / PER_GROUP);
    DoubleArray total = y.doubles();
    DoubleArray sums = parts == 1 ? total : tasks.scratch(DType.F64, parts).doubles();
    tasks.groups(
        "sumOfSquares",
        List.of(x.array()),
        List.of(sums),
        parts,
        StepKernels.GROUP,
        (graph, id, g) ->
            graph.task(
                id,
                StepKernels::squaresKernel,
                tasks.context(),
                x.floats(),
                sums,
                g,
                at,
                PER_GROUP,
                n));
    if (parts == 1) return;
    tasks.groups(
        "sumOfSquares of parts",
        List.of(sums),
        List.of(total),
        1,
        StepKernels.GROUP,
        (graph, id) -> graph.task(id, StepKernels::sumKernel, tasks.context(), sums, total, parts));
  }
}
