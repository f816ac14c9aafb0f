package dev.ashlar.moba.simd;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;

/** Where the rows of an operand [T, H, ...] lie, in bytes. */
record RowPlaces(MemorySegment data, long first, long rowStride, long headStride) {
  static RowPlaces of(Operand operand) {
    Layout layout = operand.layout();
    return new RowPlaces(
        operand.data(),
        operand.offsetBytes(),
        layout.strideElements(0) * Float.BYTES,
        layout.strideElements(1) * Float.BYTES);
  }

  /** Returns whether the numbers of a row [D] lie side by side. */
  static boolean areWhole(Operand operand) {
    return operand.shape().dim(2) == 1 || operand.layout().strideElements(2) == 1;
  }

  /** Returns where a row begins. */
  long at(int row, int head) {
    return first + row * rowStride + head * headStride;
  }
}
