package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import java.util.List;
import java.util.Optional;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Casts that begin or end with I32, I64 or F64. */
final class Casts {
  private Casts() {}

  /** A kernel of one input: context, input, result, geometry, its entry, number of results. */
  @FunctionalInterface
  private interface Caster<A extends TornadoNativeArray, B extends TornadoNativeArray>
      extends Task6<KernelContext, A, B, IntArray, Integer, Integer> {}

  /** Casts numbers to a row-major place of another element type, not both F32 and BOOL. */
  static void cast(Tasks tasks, Place x, Place y) {
    of(x.dtype(), y.dtype()).orElseThrow().lower(tasks, List.of(x), List.of(y));
  }

  /** Returns I32 numbers as I64, row-major. */
  static Place toLongs(Tasks tasks, Place x) {
    Place y = likeLongs(tasks, x);
    cast(tasks, x, y);
    return y;
  }

  /** Returns memory for as many I64 as an I32 place has, row-major. */
  static Place likeLongs(Tasks tasks, Place x) {
    return tasks.scratch(DType.I64, x.size()).with(Layout.contiguous(x.layout().shape()));
  }

  /** Returns how a cast becomes tasks, or empty where no kernel computes it. */
  static Optional<Rule> of(DType from, DType to) {
    if (from == to) {
      return Optional.of(
          (tasks, in, out) -> TypedElements.copy(tasks, in.getFirst(), out.getFirst()));
    }
    return switch (from) {
      case F32, BOOL ->
          switch (to) {
            case F64 -> cast(CastKernels::floatToDoubleKernel);
            case I32 -> cast(CastKernels::floatToIntKernel);
            case I64 -> cast(CastKernels::floatToLongKernel);
            case F32, BOOL, BF16 -> Optional.empty();
          };
      case F64 ->
          switch (to) {
            case F32 -> cast(CastKernels::doubleToFloatKernel);
            case I32 -> cast(CastKernels::doubleToIntKernel);
            case I64 -> cast(CastKernels::doubleToLongKernel);
            case BOOL -> cast(CastKernels::doubleTruthKernel);
            case F64, BF16 -> Optional.empty();
          };
      case I32 ->
          switch (to) {
            case F32 -> cast(CastKernels::intToFloatKernel);
            case F64 -> cast(CastKernels::intToDoubleKernel);
            case I64 -> cast(CastKernels::intToLongKernel);
            case BOOL -> cast(CastKernels::intTruthKernel);
            case I32, BF16 -> Optional.empty();
          };
      case I64 ->
          switch (to) {
            case F32 -> cast(CastKernels::longToFloatKernel);
            case F64 -> cast(CastKernels::longToDoubleKernel);
            case I32 -> cast(CastKernels::longToIntKernel);
            case BOOL -> cast(CastKernels::longTruthKernel);
            case I64, BF16 -> Optional.empty();
          };
      case BF16 -> Optional.empty();
    };
  }

  /** The kernel must take the arrays of the element types it was chosen for. */
  @SuppressWarnings("unchecked")
  private static <A extends TornadoNativeArray, B extends TornadoNativeArray> Optional<Rule> cast(
      Caster<A, B> kernel) {
    return Optional.of(
        (tasks, in, out) -> {
          A x = (A) in.getFirst().array();
          B y = (B) out.getFirst().array();
          int n = out.getFirst().size();
          int at = tasks.geometry().add(out.getFirst().layout().shape(), in.getFirst().layout());
          tasks.each(
              "cast",
              List.of(x),
              List.of(y),
              n,
              (graph, id, g) -> graph.task(id, kernel, tasks.context(), x, y, g, at, n));
        });
  }
}
