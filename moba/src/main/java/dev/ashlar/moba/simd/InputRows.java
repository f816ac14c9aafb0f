package dev.ashlar.moba.simd;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows of tensors [T, H, D] of any layout. */
final class InputRows {
  private InputRows() {}

  /** The most rows taken at once. */
  static final int MOST = 128;

  /**
   * Returns the rows {@code from} to {@code to} in row-major order, followed by any numbers, in
   * room of {@link Scratch}: a new array for every few rows would not be in any cache.
   */
  static Room take(Operand operand, int from, int to) {
    Shape shape = operand.shape();
    int width = shape.dim(1) * shape.dim(2);
    Room chunk = Scratch.take(MOST * width);
    read(operand, from, to, chunk, (to - from) * width);
    return chunk;
  }

  /** Reads the rows {@code from} to {@code to} in row-major order. */
  private static void read(Operand operand, int from, int to, Room chunk, int count) {
    float[] numbers = chunk.numbers();
    Layout layout = operand.layout();
    int size = layout.shape().dim(2);
    int width = layout.shape().dim(1) * size;
    MemorySegment data = operand.data();
    if (operand.isContiguous()) {
      long bytes = operand.offsetBytes() + (long) from * width * Float.BYTES;
      MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, bytes, numbers, chunk.at(), count);
      return;
    }
    boolean whole = RowPlaces.areWhole(operand);
    RowPlaces rows = RowPlaces.of(operand);
    long stride = layout.strideElements(2);
    int at = chunk.at();
    for (int row = from; row < to; row++) {
      for (int head = 0; head < layout.shape().dim(1); head++, at += size) {
        long begin = rows.at(row, head);
        if (whole) {
          MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, begin, numbers, at, size);
          continue;
        }
        for (int d = 0; d < size; d++) {
          numbers[at + d] = data.get(ValueLayout.JAVA_FLOAT, begin + d * stride * Float.BYTES);
        }
      }
    }
  }
}
