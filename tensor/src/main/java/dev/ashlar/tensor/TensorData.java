package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Moves numbers between tensors and Java arrays. */
final class TensorData {
  private static final int SHOWN = 64;

  private TensorData() {}

  static Tensor of(Shape shape, float[] values) {
    return copy(values, ValueLayout.JAVA_FLOAT, new TensorSpec(DType.F32, shape), values.length);
  }

  static Tensor of(Shape shape, double[] values) {
    return copy(values, ValueLayout.JAVA_DOUBLE, new TensorSpec(DType.F64, shape), values.length);
  }

  static Tensor of(Shape shape, int[] values) {
    return copy(values, ValueLayout.JAVA_INT, new TensorSpec(DType.I32, shape), values.length);
  }

  static Tensor of(Shape shape, long[] values) {
    return copy(values, ValueLayout.JAVA_LONG, new TensorSpec(DType.I64, shape), values.length);
  }

  static Tensor of(Shape shape, boolean[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (values[i] ? 1 : 0);
    return copy(bytes, ValueLayout.JAVA_BYTE, new TensorSpec(DType.BOOL, shape), bytes.length);
  }

  private static Tensor copy(Object values, ValueLayout element, TensorSpec spec, int count) {
    Tensor tensor = allocate(spec, count);
    MemorySegment.copy(values, 0, tensor.operand().elements(), element, 0, count);
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
    return hold(
        tensor,
        operand ->
            reader.apply(
                new Operand(operand.dtype(), operand.layout(), operand.data().asReadOnly())));
  }

  private static <R> R hold(Tensor tensor, Function<Operand, R> reader) {
    tensor.hold();
    try {
      return reader.apply(tensor.operand());
    } finally {
      tensor.storage().release(null);
    }
  }

  // Numbers are read without an operation: no interpreter sees it, and no scope is needed.

  static float[] toFloats(Tensor tensor) {
    int size = arraySize(tensor);
    return hold(
        tensor,
        x -> {
          if (x.dtype() == DType.F32 && x.isContiguous()) {
            return x.elements().toArray(ValueLayout.JAVA_FLOAT);
          }
          float[] out = new float[size];
          var at = new Positions(x.layout());
          boolean real = x.dtype().isFloating() || x.dtype() == DType.BF16;
          for (int i = 0; i < out.length; i++) {
            out[i] = real ? (float) x.getDouble(at.next()) : (float) x.getLong(at.next());
          }
          return out;
        });
  }

  static double[] toDoubles(Tensor tensor) {
    int size = arraySize(tensor);
    return hold(
        tensor,
        x -> {
          if (x.dtype() == DType.F64 && x.isContiguous()) {
            return x.elements().toArray(ValueLayout.JAVA_DOUBLE);
          }
          double[] out = new double[size];
          var at = new Positions(x.layout());
          for (int i = 0; i < out.length; i++) out[i] = x.getDouble(at.next());
          return out;
        });
  }

  static long[] toLongs(Tensor tensor) {
    int size = arraySize(tensor);
    return hold(
        tensor,
        x -> {
          if (x.dtype() == DType.I64 && x.isContiguous()) {
            return x.elements().toArray(ValueLayout.JAVA_LONG);
          }
          long[] out = new long[size];
          var at = new Positions(x.layout());
          for (int i = 0; i < out.length; i++) out[i] = x.getLong(at.next());
          return out;
        });
  }

  static int[] toInts(Tensor tensor) {
    int size = arraySize(tensor);
    return hold(
        tensor,
        x -> {
          if (x.dtype() == DType.I32 && x.isContiguous()) {
            return x.elements().toArray(ValueLayout.JAVA_INT);
          }
          int[] out = new int[size];
          var at = new Positions(x.layout());
          for (int i = 0; i < out.length; i++) out[i] = toInt(x, at.next(), i);
          return out;
        });
  }

  private static int toInt(Operand x, long at, int position) {
    long value = x.getLong(at);
    if (value == (int) value && !Double.isNaN(x.getDouble(at))) return (int) value;
    throw new ArithmeticException(
        "toInts: %s at position %d of %s is not an int; read it with %s"
            .formatted(
                number(x, at),
                position,
                x.spec(),
                x.dtype() == DType.I64 ? "toLongs()" : "toDoubles()"));
  }

  static boolean[] toBooleans(Tensor tensor) {
    boolean[] out = new boolean[arraySize(tensor)];
    return hold(
        tensor,
        x -> {
          var at = new Positions(x.layout());
          for (int i = 0; i < out.length; i++) out[i] = x.getDouble(at.next()) != 0;
          return out;
        });
  }

  private static int arraySize(Tensor tensor) {
    if (tensor.size() > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "%s is too large for a Java array; read a slice of it", tensor.spec());
    }
    return (int) tensor.size();
  }

  static String describe(Tensor tensor) {
    if (!tensor.storage().hasMemory()) return tensor.spec() + " (being traced)";
    if (tensor.size() > SHOWN) return tensor.spec().toString();
    try {
      // Of nothing the brackets alone could fill the memory: [1000000000, 0] has as many.
      if (tensor.size() == 0) return tensor.spec() + hold(tensor, _ -> " []");
      return tensor.spec() + " " + hold(tensor, x -> numbers(x, new Positions(x.layout()), 0));
    } catch (TensorLifetimeException e) {
      return tensor.spec() + " (freed or donated)";
    }
  }

  private static String numbers(Operand x, Positions at, int axis) {
    if (axis == x.shape().rank()) return number(x, at.next());
    return IntStream.range(0, x.shape().dim(axis))
        .mapToObj(_ -> numbers(x, at, axis + 1))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String number(Operand x, long at) {
    return switch (x.dtype()) {
      case F32, BF16 -> Float.toString((float) x.getDouble(at));
      case F64 -> Double.toString(x.getDouble(at));
      case I32, I64 -> Long.toString(x.getLong(at));
      case BOOL -> Boolean.toString(x.getLong(at) != 0);
    };
  }
}
