package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import java.util.Optional;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task7;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Which kernel computes which operation. TornadoVM wants each as a method reference. */
final class Kernels {
  private Kernels() {}

  /** A kernel of one input: context, input, result, geometry, its entry, number of results. */
  @FunctionalInterface
  interface Unary
      extends Task6<KernelContext, FloatArray, FloatArray, IntArray, Integer, Integer> {}

  /** A kernel of two inputs: context, inputs, result, geometry, its entry, number of results. */
  @FunctionalInterface
  interface Binary
      extends Task7<
          KernelContext, FloatArray, FloatArray, FloatArray, IntArray, Integer, Integer> {}

  /** A kernel of lines: context, input, result, geometry, its two entries, size of a line. */
  @FunctionalInterface
  interface Line
      extends Task7<KernelContext, FloatArray, FloatArray, IntArray, Integer, Integer, Integer> {}

  /** Returns the kernel of an operation of one input, or empty. */
  static Optional<Unary> unary(Op.Unary op) {
    return Optional.ofNullable(
        switch (op) {
          case Op.Negate _ -> UnaryKernels::negateKernel;
          case Op.Abs _ -> UnaryKernels::absKernel;
          case Op.Exp _ -> UnaryKernels::expKernel;
          case Op.Log _ -> UnaryKernels::logKernel;
          case Op.Sqrt _ -> UnaryKernels::sqrtKernel;
          case Op.Reciprocal _ -> UnaryKernels::reciprocalKernel;
          case Op.Tanh _ -> UnaryKernels::tanhKernel;
          case Op.Sigmoid _ -> UnaryKernels::sigmoidKernel;
          case Op.Relu _ -> UnaryKernels::reluKernel;
          case Op.Floor _ -> UnaryKernels::floorKernel;
          case Op.Expm1 _, Op.Log1p _, Op.Round _, Op.Sin _, Op.Cos _ -> null;
        });
  }

  /** Returns the kernel that makes an F32 or BOOL another of these. */
  static Unary cast(DType from, DType to) {
    return from == DType.F32 && to == DType.BOOL
        ? UnaryKernels::truthKernel
        : UnaryKernels::copyKernel;
  }

  /** Returns the kernel of an operation of two inputs, or empty. */
  static Optional<Binary> binary(Op.Binary op) {
    return Optional.ofNullable(
        switch (op) {
          case Op.Plus _ -> BinaryKernels::plusKernel;
          case Op.Minus _ -> BinaryKernels::minusKernel;
          case Op.Times _ -> BinaryKernels::timesKernel;
          case Op.Div _ -> BinaryKernels::divKernel;
          case Op.Maximum _ -> BinaryKernels::maximumKernel;
          case Op.Minimum _ -> BinaryKernels::minimumKernel;
          case Op.Rem _, Op.Pow _ -> null;
        });
  }

  /** Returns the kernel of a comparison. */
  static Binary compare(Op.Comparison comparison) {
    return switch (comparison) {
      case EQUAL -> BinaryKernels::equalKernel;
      case NOT_EQUAL -> BinaryKernels::notEqualKernel;
      case LESS -> BinaryKernels::lessKernel;
      case LESS_OR_EQUAL -> BinaryKernels::lessOrEqualKernel;
      case GREATER -> BinaryKernels::greaterKernel;
      case GREATER_OR_EQUAL -> BinaryKernels::greaterOrEqualKernel;
    };
  }

  /** Returns the kernel of a connective. */
  static Binary logical(Op.Connective connective) {
    return switch (connective) {
      case AND -> BinaryKernels::andKernel;
      case OR -> BinaryKernels::orKernel;
      case XOR -> BinaryKernels::xorKernel;
    };
  }

  /** Returns the kernel of a reduction. */
  static Line reduction(Op.Reduction op) {
    return switch (op) {
      case Op.Sum _ -> LineKernels::sumKernel;
      case Op.Max _ -> LineKernels::maxKernel;
      case Op.Min _ -> LineKernels::minKernel;
    };
  }
}
