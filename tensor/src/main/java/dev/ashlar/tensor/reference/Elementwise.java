package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Arithmetic element by element. F32 is computed in double precision and rounded once, which for +
 * - · / and the square root is what single precision gives; integers are computed as longs, which
 * wrap around as their own type does.
 */
final class Elementwise {
  private Elementwise() {}

  static void unary(Op.Unary op, List<Operand> in, List<Operand> out) {
    if (in.get(0).dtype().isInteger()) mapLongs(ofLongs(op), in.get(0), out.get(0));
    else map(ofDoubles(op), in.get(0), out.get(0));
  }

  private static DoubleUnaryOperator ofDoubles(Op.Unary op) {
    return switch (op) {
      case Op.Negate _ -> x -> -x;
      case Op.Abs _ -> Math::abs;
      case Op.Exp _ -> StrictMath::exp;
      case Op.Expm1 _ -> StrictMath::expm1;
      case Op.Log _ -> StrictMath::log;
      case Op.Log1p _ -> StrictMath::log1p;
      case Op.Cube _ -> x -> x * x * x;
      case Op.Sqrt _ -> Math::sqrt;
      case Op.Reciprocal _ -> x -> 1 / x;
      case Op.Sin _ -> StrictMath::sin;
      case Op.Cos _ -> StrictMath::cos;
      case Op.Tanh _ -> StrictMath::tanh;
      case Op.Sigmoid _ -> Gates::sigmoid;
      case Op.Relu _ -> x -> Math.max(x, 0);
      case Op.Silu _ -> Gates::silu;
      case Op.SiluSlope _ -> Gates::siluSlope;
      case Op.Erf _ -> Gaussian::erf;
      case Op.Gelu _ -> Gaussian::gelu;
      case Op.GeluSlope _ -> Gaussian::geluSlope;
      case Op.GeluTanh _ -> Gates::geluTanh;
      case Op.GeluTanhSlope _ -> Gates::geluTanhSlope;
      case Op.Floor _ -> Math::floor;
      case Op.Round _ -> Math::rint;
    };
  }

  private static LongUnaryOperator ofLongs(Op.Unary op) {
    return switch (op) {
      case Op.Negate _ -> x -> -x;
      case Op.Abs _ -> Math::abs;
      case Op.Relu _ -> x -> Math.max(x, 0);
      default -> throw new IllegalArgumentException(op.label() + ": not defined for integers");
    };
  }

  static void binary(Op.Binary op, List<Operand> in, List<Operand> out) {
    if (in.get(0).dtype().isInteger()) zipLongs(ofTwoLongs(op), in.get(0), in.get(1), out.get(0));
    else zip(ofTwoDoubles(op), in.get(0), in.get(1), out.get(0));
  }

  /** The greater of x and low, and in its place the lesser of that and high. */
  static void clamp(List<Operand> in, List<Operand> out) {
    binary(new Op.Maximum(), in.subList(0, 2), out);
    binary(new Op.Minimum(), List.of(out.getFirst(), in.get(2)), out);
  }

  private static DoubleBinaryOperator ofTwoDoubles(Op.Binary op) {
    return switch (op) {
      case Op.Plus _ -> (a, b) -> a + b;
      case Op.Minus _ -> (a, b) -> a - b;
      case Op.Times _ -> (a, b) -> a * b;
      case Op.Div _ -> (a, b) -> a / b;
      case Op.Rem _ -> (a, b) -> a % b;
      case Op.Pow _ -> StrictMath::pow;
      case Op.Maximum _ -> Math::max;
      case Op.Minimum _ -> Math::min;
    };
  }

  private static LongBinaryOperator ofTwoLongs(Op.Binary op) {
    return switch (op) {
      case Op.Plus _ -> (a, b) -> a + b;
      case Op.Minus _ -> (a, b) -> a - b;
      case Op.Times _ -> (a, b) -> a * b;
      case Op.Div _ -> (a, b) -> a / nonZero(op, a, b);
      case Op.Rem _ -> (a, b) -> a % nonZero(op, a, b);
      case Op.Pow _ -> Elementwise::power;
      case Op.Maximum _ -> Math::max;
      case Op.Minimum _ -> Math::min;
    };
  }

  private static long nonZero(Op op, long dividend, long divisor) {
    if (divisor == 0) {
      throw new ArithmeticException(
          "%s: the integer %d is divided by 0".formatted(op.label(), dividend));
    }
    return divisor;
  }

  private static long power(long base, long exponent) {
    if (exponent < 0) {
      throw new ArithmeticException(
          "pow: the integer %d has the negative exponent %d; cast with toType(F32)"
              .formatted(base, exponent));
    }
    long result = 1;
    long square = base;
    for (long rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) result *= square;
      square *= square;
    }
    return result;
  }

  static void cast(List<Operand> in, List<Operand> out) {
    Operand x = in.get(0);
    Operand y = out.get(0);
    boolean whole = x.dtype().isInteger() || x.dtype() == DType.BOOL;
    if (x.dtype() == y.dtype()) Move.copy(x, y);
    else if (whole) mapLongs(v -> v, x, y);
    else map(v -> v, x, y);
  }

  static void not(List<Operand> in, List<Operand> out) {
    mapLongs(x -> x == 0 ? 1 : 0, in.get(0), out.get(0));
  }

  static void logical(Op.Logical op, List<Operand> in, List<Operand> out) {
    LongBinaryOperator join =
        switch (op.connective()) {
          case AND -> (a, b) -> a & b;
          case OR -> (a, b) -> a | b;
          case XOR -> (a, b) -> a ^ b;
        };
    zipLongs(join, in.get(0), in.get(1), out.get(0));
  }

  private static void map(DoubleUnaryOperator f, Operand x, Operand y) {
    Walk walk = Walk.of(x.layout(), y.layout());
    walk.parallel(
        () -> {
          double[] values = new double[walk.blockSize()];
          return (at, count) -> {
            Elements.read(x, at[0], walk.step(0), values, count);
            for (int i = 0; i < count; i++) values[i] = f.applyAsDouble(values[i]);
            Elements.write(y, at[1], walk.step(1), values, count);
          };
        });
  }

  private static void mapLongs(LongUnaryOperator f, Operand x, Operand y) {
    Walk walk = Walk.of(x.layout(), y.layout());
    walk.parallel(
        () -> {
          long[] values = new long[walk.blockSize()];
          return (at, count) -> {
            Elements.read(x, at[0], walk.step(0), values, count);
            for (int i = 0; i < count; i++) values[i] = f.applyAsLong(values[i]);
            Elements.write(y, at[1], walk.step(1), values, count);
          };
        });
  }

  private static void zip(DoubleBinaryOperator f, Operand a, Operand b, Operand y) {
    Walk walk = Walk.of(a.layout().expand(y.shape()), b.layout().expand(y.shape()), y.layout());
    walk.parallel(
        () -> {
          double[] left = new double[walk.blockSize()];
          double[] right = new double[walk.blockSize()];
          return (at, count) -> {
            Elements.read(a, at[0], walk.step(0), left, count);
            Elements.read(b, at[1], walk.step(1), right, count);
            for (int i = 0; i < count; i++) left[i] = f.applyAsDouble(left[i], right[i]);
            Elements.write(y, at[2], walk.step(2), left, count);
          };
        });
  }

  private static void zipLongs(LongBinaryOperator f, Operand a, Operand b, Operand y) {
    Walk walk = Walk.of(a.layout().expand(y.shape()), b.layout().expand(y.shape()), y.layout());
    walk.parallel(
        () -> {
          long[] left = new long[walk.blockSize()];
          long[] right = new long[walk.blockSize()];
          return (at, count) -> {
            Elements.read(a, at[0], walk.step(0), left, count);
            Elements.read(b, at[1], walk.step(1), right, count);
            for (int i = 0; i < count; i++) left[i] = f.applyAsLong(left[i], right[i]);
            Elements.write(y, at[2], walk.step(2), left, count);
          };
        });
  }
}
