package dev.ashlar.gpu;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Kernels that no device can run, in place of those of two operations. */
final class BrokenKernels {
  private BrokenKernels() {}

  /** TornadoVM lets {@code %} of floats pass, and OpenCL has none: the driver refuses it. */
  static void driverKernel(KernelContext c, FloatArray x, FloatArray y, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, x.get(i) % 3.0f);
    }
  }

  /** TornadoVM refuses what makes objects. */
  static void objectsKernel(KernelContext c, FloatArray x, FloatArray y, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, Float.parseFloat(Float.toString(x.get(i))));
    }
  }

  /** Returns how a step becomes tasks, tanh and sigmoid wrongly. */
  static Optional<Rule> of(Step step) {
    return switch (step.op()) {
      case Op.Tanh _ -> Optional.of((tasks, in, out) -> add(tasks, true, in, out));
      case Op.Sigmoid _ -> Optional.of((tasks, in, out) -> add(tasks, false, in, out));
      default -> CoreRules.of(step);
    };
  }

  /** Returns how a step becomes tasks, NaN in place of numbers: no name that OpenCL knows. */
  static Optional<Rule> withoutNumbers(Step step) {
    if (!(step.op() instanceof Fused fused)) return CoreRules.of(step);
    Map<Value, Number> none = new HashMap<>(fused.numbers());
    none.replaceAll((_, _) -> Double.NaN);
    var broken = new Fused(fused.steps(), none, fused.inputs(), fused.outputs());
    return Optional.of((tasks, in, out) -> Elementwise.fused(tasks, broken, in, out));
  }

  private static void add(Tasks tasks, boolean driver, List<Place> in, List<Place> out) {
    FloatArray x = in.getFirst().floats();
    FloatArray y = out.getFirst().floats();
    int n = out.getFirst().size();
    var c = tasks.context();
    tasks.each(
        driver ? "tanh" : "sigmoid",
        List.of(x),
        List.of(y),
        n,
        (graph, id) -> {
          if (driver) graph.task(id, BrokenKernels::driverKernel, c, x, y, n);
          else graph.task(id, BrokenKernels::objectsKernel, c, x, y, n);
        });
  }
}
