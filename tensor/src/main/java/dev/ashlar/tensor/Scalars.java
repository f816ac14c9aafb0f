package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Operand;
import java.math.BigInteger;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Java's numbers as tensors. A whole one stays what it is wherever the element type holds it. */
final class Scalars {
  /** From here on a double no longer tells one whole number from the next. */
  private static final double AMBIGUOUS = 0x1p53;

  private static final long LOW_HALF = 0xFFFF_FFFFL;

  private Scalars() {}

  /**
   * Returns a number as a scalar of a tensor's element type.
   *
   * @throws ShapeException naming {@code op}, if that is whole and cannot hold the number, or the
   *     number may have lost digits as a double
   */
  static Tensor beside(String op, TensorSpec spec, Number value) {
    TensorSpec scalar = spec.with(Shape.scalar());
    return switch (value) {
      case Long n -> whole(op, spec, scalar, n);
      case Integer n -> whole(op, spec, scalar, n);
      case Short n -> whole(op, spec, scalar, n);
      case Byte n -> whole(op, spec, scalar, n);
      case AtomicLong n -> whole(op, spec, scalar, n.get());
      case AtomicInteger n -> whole(op, spec, scalar, n.get());
      case BigInteger n when n.bitLength() < Long.SIZE -> whole(op, spec, scalar, n.longValue());
      default -> beside(op, spec, value.doubleValue());
    };
  }

  /** Returns a number as a scalar of a tensor's element type, or throws likewise. */
  static Tensor beside(String op, TensorSpec spec, double value) {
    if (!ShapeRules.holds(spec.dtype(), value)) throw ShapeException.notHeld(op, spec, value);
    if (spec.dtype().isInteger() && Math.abs(value) >= AMBIGUOUS)
      throw ShapeException.ambiguous(op, spec, value);
    return Interpreter.call(new Op.Fill(spec.with(Shape.scalar()), value));
  }

  /** Returns a tensor whose elements are all {@code value}, rounded at most once. */
  static Tensor full(String op, TensorSpec spec, long value) {
    return whole(op, spec, spec, value);
  }

  private static Tensor whole(String op, TensorSpec of, TensorSpec spec, long value) {
    switch (of.dtype()) {
      case F64, BOOL -> {}
      case F32 -> {
        return Interpreter.call(new Op.Fill(spec, (float) value));
      }
      case BF16 -> {
        short nearest = Operand.longToBf16(value);
        return Interpreter.call(new Op.Fill(spec, Operand.bf16ToFloat(nearest)));
      }
      case I32 -> {
        if (value != (int) value) throw ShapeException.notHeld(op, of, value);
      }
      case I64 -> {
        if (Math.abs((double) value) >= AMBIGUOUS) return sumOfHalves(spec, value);
      }
    }
    return Interpreter.call(new Op.Fill(spec, value));
  }

  /** Fills with doubles, which hold either half of a long: any interpreter knows how. */
  private static Tensor sumOfHalves(TensorSpec spec, long value) {
    Tensor high = Interpreter.call(new Op.Fill(spec, value & ~LOW_HALF));
    long low = value & LOW_HALF;
    return low == 0 ? high : high.plus(Interpreter.call(new Op.Fill(spec, low)));
  }
}
