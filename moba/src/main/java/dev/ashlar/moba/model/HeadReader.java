package dev.ashlar.moba.model;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads the heads [D] of an operand [S, G, D] as doubles. Not for use by several threads. */
final class HeadReader {
  private final Operand operand;
  private final MemorySegment data;
  private final long offset;
  private final long rowStride;
  private final long headStride;
  private final long stride;
  private final float[] floats;
  private final boolean copiesFloats;
  private final boolean copiesDoubles;

  HeadReader(Operand operand) {
    this.operand = operand;
    this.data = operand.data();
    this.offset = operand.layout().offsetElements();
    this.rowStride = operand.layout().strideElements(0);
    this.headStride = operand.layout().strideElements(1);
    this.stride = operand.layout().strideElements(2);
    this.floats = new float[operand.shape().dim(2)];
    this.copiesFloats = operand.dtype() == DType.F32 && stride == 1;
    this.copiesDoubles = operand.dtype() == DType.F64 && stride == 1;
  }

  /** Reads head {@code head} of row {@code row}. */
  void read(int row, int head, double[] into) {
    long at = offset + row * rowStride + head * headStride;
    if (copiesDoubles) {
      MemorySegment.copy(data, ValueLayout.JAVA_DOUBLE, at * Double.BYTES, into, 0, floats.length);
    } else if (copiesFloats) {
      MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, at * Float.BYTES, floats, 0, floats.length);
      for (int d = 0; d < floats.length; d++) into[d] = floats[d];
    } else {
      for (int d = 0; d < floats.length; d++) into[d] = operand.getDouble(at + d * stride);
    }
  }
}
