package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Operations of integers that are errors of some: quotient, remainder and power. */
final class Divisions {
  private Divisions() {}

  /** Adds a quotient or a remainder. */
  static void divide(Tasks tasks, Op op, int code, List<Place> in, Place y) {
    Place a = in.get(0);
    Place b = in.get(1);
    int at = TypedElements.entry(tasks, in, y);
    int n = y.size();
    IntArray faults = tasks.faultNumbers();
    int fault = fault(tasks, op, "an integer is divided by 0");
    Task.Call call =
        (graph, id, g) -> {
          var c = tasks.context();
          if (y.dtype() == DType.I32) {
            graph.task(
                id,
                IntKernels::divideKernel,
                c,
                a.ints(),
                b.ints(),
                y.ints(),
                faults,
                g,
                at,
                fault,
                code,
                n);
          } else {
            graph.task(
                id,
                LongKernels::divideKernel,
                c,
                a.longs(),
                b.longs(),
                y.longs(),
                faults,
                g,
                at,
                fault,
                code,
                n);
          }
        };
    add(tasks, op, in, y, call);
  }

  /** Adds a power. */
  static void power(Tasks tasks, Op op, List<Place> in, Place y) {
    Place a = in.get(0);
    Place b = in.get(1);
    int at = TypedElements.entry(tasks, in, y);
    int n = y.size();
    IntArray faults = tasks.faultNumbers();
    int fault = fault(tasks, op, "an integer has a negative exponent; cast with toType(F32)");
    Task.Call call =
        (graph, id, g) -> {
          var c = tasks.context();
          if (y.dtype() == DType.I32) {
            graph.task(
                id,
                IntKernels::powKernel,
                c,
                a.ints(),
                b.ints(),
                y.ints(),
                faults,
                g,
                at,
                fault,
                n);
          } else {
            graph.task(
                id,
                LongKernels::powKernel,
                c,
                a.longs(),
                b.longs(),
                y.longs(),
                faults,
                g,
                at,
                fault,
                n);
          }
        };
    add(tasks, op, in, y, call);
  }

  private static int fault(Tasks tasks, Op op, String what) {
    return tasks.fault(
        op.label() + ": " + what, _ -> new ArithmeticException(op.label() + ": " + what));
  }

  private static void add(Tasks tasks, Op op, List<Place> in, Place y, Task.Call call) {
    IntArray faults = tasks.faultNumbers();
    tasks.each(
        op.label(),
        List.of(in.get(0).array(), in.get(1).array(), faults),
        List.of(y.array(), faults),
        y.size(),
        call);
  }
}
