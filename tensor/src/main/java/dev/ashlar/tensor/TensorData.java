package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;

/** Moves numbers between tensors and Java arrays. */
final class TensorData {
  private static final int SHOWN = 64;

  private TensorData() {}

  static Tensor fill(TensorSpec spec, long count, LongToDoubleFunction value) {
    Tensor tensor = allocate(spec, count);
    Operand out = tensor.operand();
    for (long i = 0; i < count; i++) out.setDouble(i, value.applyAsDouble(i));
    return tensor;
  }

  static Tensor fillLongs(TensorSpec spec, long count, LongUnaryOperator value) {
    Tensor tensor = allocate(spec, count);
    Operand out = tensor.operand();
    for (long i = 0; i < count; i++) out.setLong(i, value.applyAsLong(i));
    return tensor;
  }

  private static Tensor allocate(TensorSpec spec, long count) {
    if (spec.shape().size() != count) {
      throw new ShapeException(
          "of: shape %s has %d elements, got %d numbers", spec.shape(), spec.shape().size(), count);
    }
    return Tensor.allocate(spec);
  }

  static <R> R read(Tensor tensor, Function<Operand, R> reader) {
    tensor.hold();
    try {
      return reader.apply(tensor.operand());
    } finally {
      tensor.storage().release(null);
    }
  }

  static float[] toFloats(Tensor tensor) {
    return readRowMajor(
        tensor.toType(DType.F32), elements -> elements.toArray(ValueLayout.JAVA_FLOAT));
  }

  static double[] toDoubles(Tensor tensor) {
    return readRowMajor(
        tensor.toType(DType.F64), elements -> elements.toArray(ValueLayout.JAVA_DOUBLE));
  }

  static long[] toLongs(Tensor tensor) {
    return readRowMajor(
        tensor.toType(DType.I64), elements -> elements.toArray(ValueLayout.JAVA_LONG));
  }

  static boolean[] toBooleans(Tensor tensor) {
    byte[] bytes =
        readRowMajor(
            tensor.toType(DType.BOOL), elements -> elements.toArray(ValueLayout.JAVA_BYTE));
    boolean[] out = new boolean[bytes.length];
    for (int i = 0; i < out.length; i++) out[i] = bytes[i] != 0;
    return out;
  }

  private static <R> R readRowMajor(Tensor tensor, Function<MemorySegment, R> reader) {
    if (tensor.size() > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "%s is too large for a Java array; read a slice of it", tensor.spec());
    }
    return read(tensor.contiguous(), operand -> reader.apply(operand.elements()));
  }

  static String describe(Tensor tensor) {
    if (!tensor.storage().isAlive()) return tensor.spec() + " (freed)";
    if (tensor.size() > SHOWN) return tensor.spec().toString();
    try (var _ = TensorScope.open()) {
      return tensor.spec() + " " + Interpreter.eager().during(() -> numbers(tensor));
    }
  }

  private static String numbers(Tensor tensor) {
    if (tensor.rank() == 0) return number(tensor);
    if (tensor.dim(0) == 0) return "[]";
    return java.util.stream.IntStream.range(0, tensor.dim(0))
        .mapToObj(i -> numbers(tensor.select(0, i)))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String number(Tensor tensor) {
    return switch (tensor.dtype()) {
      case F32, BF16 -> Float.toString((float) tensor.item());
      case F64 -> Double.toString(tensor.item());
      case I32, I64 -> Long.toString(tensor.toLongs()[0]);
      case BOOL -> Boolean.toString(tensor.item() != 0);
    };
  }
}
