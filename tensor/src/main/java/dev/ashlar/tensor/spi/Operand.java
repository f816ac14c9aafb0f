package dev.ashlar.tensor.spi;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A tensor as a kernel sees it: numbers in memory. The memory stays valid while the kernel runs and
 * no longer. Indices count elements from the beginning of {@code data}; the layout's offset is not
 * yet applied to it.
 */
public record Operand(DType dtype, Layout layout, MemorySegment data) {
  /** Returns the sizes of the axes. */
  public Shape shape() {
    return layout.shape();
  }

  /** Returns element type and shape. */
  public TensorSpec spec() {
    return new TensorSpec(dtype, shape());
  }

  /** Returns the number of elements. */
  public long size() {
    return layout.shape().size();
  }

  /** Returns whether the elements lie side by side in row-major order, from the layout's offset. */
  public boolean isContiguous() {
    return layout.isContiguous();
  }

  /** Returns where the first element lies, in bytes from the beginning of {@code data}. */
  public long offsetBytes() {
    return layout.offsetElements() * dtype.byteSize();
  }

  /** Returns the same memory in another layout. */
  public Operand with(Layout other) {
    return new Operand(dtype, other, data);
  }

  /** Returns the memory of a contiguous operand's elements alone. */
  public MemorySegment elements() {
    if (!isContiguous()) throw new IllegalStateException("elements: not contiguous: " + layout);
    // A slice of nothing may well begin beyond the end.
    if (size() == 0) return data.asSlice(0, 0);
    return data.asSlice(offsetBytes(), size() * dtype.byteSize());
  }

  /** Returns an element as a double: exact but for I64 beyond 2^53. BOOL reads as 0 or 1. */
  public double getDouble(long index) {
    return switch (dtype) {
      case F32 -> data.getAtIndex(ValueLayout.JAVA_FLOAT, index);
      case F64 -> data.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
      case BF16 -> bf16ToFloat(data.getAtIndex(ValueLayout.JAVA_SHORT, index));
      case I32, I64, BOOL -> getLong(index);
    };
  }

  /** Returns an element as a long; a real number is cut towards 0. */
  public long getLong(long index) {
    return switch (dtype) {
      case I32 -> data.getAtIndex(ValueLayout.JAVA_INT, index);
      case I64 -> data.getAtIndex(ValueLayout.JAVA_LONG, index);
      case BOOL -> data.get(ValueLayout.JAVA_BYTE, index);
      case F32, F64, BF16 -> (long) getDouble(index);
    };
  }

  /** Stores a number, rounded to nearest; as BOOL it is stored as whether it differs from 0. */
  public void setDouble(long index, double value) {
    switch (dtype) {
      case F32 -> data.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
      case F64 -> data.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
      case BF16 -> data.setAtIndex(ValueLayout.JAVA_SHORT, index, doubleToBf16(value));
      case I32 -> data.setAtIndex(ValueLayout.JAVA_INT, index, (int) value);
      case I64 -> data.setAtIndex(ValueLayout.JAVA_LONG, index, (long) value);
      case BOOL -> data.set(ValueLayout.JAVA_BYTE, index, (byte) (value != 0 ? 1 : 0));
    }
  }

  /** Stores a whole number. */
  public void setLong(long index, long value) {
    switch (dtype) {
      case I32 -> data.setAtIndex(ValueLayout.JAVA_INT, index, (int) value);
      case I64 -> data.setAtIndex(ValueLayout.JAVA_LONG, index, value);
      case BOOL -> data.set(ValueLayout.JAVA_BYTE, index, (byte) (value != 0 ? 1 : 0));
      // Through a double the number would be rounded twice.
      case F32 -> data.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
      case BF16 -> data.setAtIndex(ValueLayout.JAVA_SHORT, index, longToBf16(value));
      case F64 -> setDouble(index, value);
    }
  }

  /** Returns the number whose upper half {@code bits} is. */
  public static float bf16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Returns the upper half of the nearest BF16, ties to even; NaN stays NaN. */
  public static short floatToBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) return (short) (bits >>> 16 | 0x40);
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  /**
   * Returns the upper half of the nearest BF16, ties to even; NaN stays NaN. Rounded to an F32
   * first, a number just above the middle of two would become the middle and might go down: what an
   * F32 does not hold goes to that neighbour whose last bit is 1, which is no middle.
   */
  public static short doubleToBf16(double value) {
    float near = (float) value;
    int bits = Float.floatToRawIntBits(near);
    boolean exact = near == value || Double.isNaN(value);
    if (exact || (bits & 1) == 1) return floatToBf16(near);
    int towardsValue = Math.abs((double) near) < Math.abs(value) ? 1 : -1;
    return floatToBf16(Float.intBitsToFloat(bits + towardsValue));
  }

  /** Returns the upper half of the nearest BF16, ties to even. */
  public static short longToBf16(long value) {
    if (value == (long) (double) value && value != Long.MAX_VALUE) return doubleToBf16(value);
    // As above: a last bit stands for all that a double does not hold.
    boolean lost = (value & 0x3FF) != 0;
    return doubleToBf16((value >> 10 | (lost ? 1 : 0)) * 0x1p10);
  }
}
