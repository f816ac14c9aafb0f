package dev.ashlar.tensor.spi;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An operand of any layout as rows along its last axis, [..., D] seen as [R, D], copied to and from
 * Java arrays: how a plain kernel reads what may be strided or broadcast. A scalar is one row of
 * one element.
 */
public final class Rows {
  private final Operand operand;
  private final Layout layout;
  private final long count;
  private final int width;
  private final long stride;

  private Rows(Operand operand) {
    this.operand = operand;
    this.layout = operand.layout();
    boolean scalar = layout.rank() == 0;
    this.width = scalar ? 1 : layout.shape().dim(-1);
    this.stride = scalar ? 1 : layout.strideElements(-1);
    long rows = 1;
    for (int axis = 0; axis < layout.rank() - 1; axis++) rows *= layout.shape().dim(axis);
    this.count = rows;
  }

  /** Returns the rows of an operand. */
  public static Rows of(Operand operand) {
    return new Rows(operand);
  }

  /** Returns the number of rows. */
  public long count() {
    return count;
  }

  /** Returns the number of elements in a row. */
  public int width() {
    return width;
  }

  /** Reads a row as doubles into the beginning of {@code into}. */
  public void read(long row, double[] into) {
    long at = start(row);
    if (hasWholeDoubles()) {
      MemorySegment data = operand.data();
      MemorySegment.copy(data, ValueLayout.JAVA_DOUBLE, at * Double.BYTES, into, 0, width);
      return;
    }
    for (int i = 0; i < width; i++) into[i] = operand.getDouble(at + i * stride);
  }

  /** Writes a row from the beginning of {@code from}, rounded to the element type. */
  public void write(long row, double[] from) {
    long at = start(row);
    if (hasWholeDoubles()) {
      MemorySegment data = operand.data();
      MemorySegment.copy(from, 0, data, ValueLayout.JAVA_DOUBLE, at * Double.BYTES, width);
      return;
    }
    for (int i = 0; i < width; i++) operand.setDouble(at + i * stride, from[i]);
  }

  private boolean hasWholeDoubles() {
    return stride == 1 && operand.dtype() == DType.F64;
  }

  /**
   * Reads elements {@code first}, {@code first + 1}, … of a row of F32 into the beginning of {@code
   * into}.
   */
  public void read(long row, int first, float[] into, int length) {
    long at = start(row) + first * stride;
    MemorySegment data = operand.data();
    if (stride == 1) {
      MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, at * Float.BYTES, into, 0, length);
    } else {
      for (int i = 0; i < length; i++) {
        into[i] = data.getAtIndex(ValueLayout.JAVA_FLOAT, at + i * stride);
      }
    }
  }

  /**
   * Writes elements {@code first}, {@code first + 1}, … of a row of F32 from the beginning of
   * {@code from}.
   */
  public void write(long row, int first, float[] from, int length) {
    long at = start(row) + first * stride;
    MemorySegment data = operand.data();
    if (stride == 1) {
      MemorySegment.copy(from, 0, data, ValueLayout.JAVA_FLOAT, at * Float.BYTES, length);
    } else {
      for (int i = 0; i < length; i++) {
        data.setAtIndex(ValueLayout.JAVA_FLOAT, at + i * stride, from[i]);
      }
    }
  }

  /** Returns the number of a row's first element in the operand's data. */
  public long start(long row) {
    long at = layout.offsetElements();
    long rest = row;
    for (int axis = layout.rank() - 2; axis >= 0; axis--) {
      int size = layout.shape().dim(axis);
      at += rest % size * layout.strideElements(axis);
      rest /= size;
    }
    return at;
  }
}
