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
  // What one kernel for several operations is to compute.
  static final int NEGATE = 0;
  static final int ABS = 1;
  static final int RELU = 2;
  static final int SQRT = 3;
  static final int EXP = 4;
  static final int LOG = 5;
  static final int RECIPROCAL = 6;
  static final int FLOOR = 7;
  static final int EXPM1 = 8;
  static final int LOG1P = 9;
  static final int SIN = 10;
  static final int COS = 11;
  static final int TANH = 12;
  static final int SIGMOID = 13;
  static final int ROUND = 14;

  static final int PLUS = 0;
  static final int MINUS = 1;
  static final int TIMES = 2;
  static final int DIV = 3;
  static final int REM = 4;
  static final int MAXIMUM = 5;
  static final int MINIMUM = 6;
  static final int POW = 7;

  static final int EQUAL = 0;
  static final int NOT_EQUAL = 1;
  static final int LESS = 2;
  static final int LESS_OR_EQUAL = 3;
  static final int GREATER = 4;
  static final int GREATER_OR_EQUAL = 5;

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

  /** Returns the kernel of an operation of one input. */
  static Unary unary(Op.Unary op) {
    return switch (op) {
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
      case Op.Expm1 _ -> UnaryKernels::expm1Kernel;
      case Op.Log1p _ -> UnaryKernels::log1pKernel;
      case Op.Round _ -> UnaryKernels::roundKernel;
      case Op.Sin _ -> UnaryKernels::sinKernel;
      case Op.Cos _ -> UnaryKernels::cosKernel;
    };
  }

  /** Returns the kernel that makes an F32 or BOOL another of these. */
  static Unary cast(DType from, DType to) {
    return from == DType.F32 && to == DType.BOOL
        ? UnaryKernels::truthKernel
        : UnaryKernels::copyKernel;
  }

  /** Returns the kernel of an operation of two inputs. */
  static Binary binary(Op.Binary op) {
    return switch (op) {
      case Op.Plus _ -> BinaryKernels::plusKernel;
      case Op.Minus _ -> BinaryKernels::minusKernel;
      case Op.Times _ -> BinaryKernels::timesKernel;
      case Op.Div _ -> BinaryKernels::divKernel;
      case Op.Maximum _ -> BinaryKernels::maximumKernel;
      case Op.Minimum _ -> BinaryKernels::minimumKernel;
      case Op.Rem _ -> BinaryKernels::remKernel;
      case Op.Pow _ -> BinaryKernels::powKernel;
    };
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

  /** Returns the code of an operation on numbers of an element type other than F32, or empty. */
  static Optional<Integer> code(Op.Unary op, DType dtype) {
    boolean real = dtype == DType.F64;
    return Optional.ofNullable(
        switch (op) {
          case Op.Negate _ -> NEGATE;
          case Op.Abs _ -> ABS;
          case Op.Relu _ -> RELU;
          case Op.Exp _ -> real ? EXP : null;
          case Op.Log _ -> real ? LOG : null;
          case Op.Sqrt _ -> real ? SQRT : null;
          case Op.Reciprocal _ -> real ? RECIPROCAL : null;
          case Op.Floor _ -> real ? FLOOR : null;
          case Op.Expm1 _ -> real ? EXPM1 : null;
          case Op.Log1p _ -> real ? LOG1P : null;
          case Op.Sin _ -> real ? SIN : null;
          case Op.Cos _ -> real ? COS : null;
          case Op.Tanh _ -> real ? TANH : null;
          case Op.Sigmoid _ -> real ? SIGMOID : null;
          case Op.Round _ -> real ? ROUND : null;
        });
  }

  /** Returns the code of an operation on numbers of an element type other than F32. */
  static int code(Op.Binary op) {
    return switch (op) {
      case Op.Plus _ -> PLUS;
      case Op.Minus _ -> MINUS;
      case Op.Times _ -> TIMES;
      case Op.Div _ -> DIV;
      case Op.Rem _ -> REM;
      case Op.Maximum _ -> MAXIMUM;
      case Op.Minimum _ -> MINIMUM;
      case Op.Pow _ -> POW;
    };
  }

  /** Returns the code of what a reduction makes of two numbers. */
  static int code(Op.Reduction op) {
    return switch (op) {
      case Op.Sum _ -> PLUS;
      case Op.Max _ -> MAXIMUM;
      case Op.Min _ -> MINIMUM;
    };
  }

  /** Returns the code of a comparison. */
  static int code(Op.Comparison comparison) {
    return switch (comparison) {
      case EQUAL -> EQUAL;
      case NOT_EQUAL -> NOT_EQUAL;
      case LESS -> LESS;
      case LESS_OR_EQUAL -> LESS_OR_EQUAL;
      case GREATER -> GREATER;
      case GREATER_OR_EQUAL -> GREATER_OR_EQUAL;
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
