package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.EQ;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.simd.FloatBlock;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A tensor [T, H, D] of any layout, of which few rows of a head are wanted at a time: they come
 * from its own memory, where a row's numbers lie together, and go back to it.
 *
 * @param offset the byte where it begins; strides are in bytes too
 * @param size D
 */
record HeadRows(
    MemorySegment data, long offset, long rowStride, long headStride, long stride, int size) {
  private static final long VECTOR = (long) LANES * Float.BYTES;

  static HeadRows of(Operand operand) {
    Layout layout = operand.layout();
    return new HeadRows(
        operand.data(),
        operand.offsetBytes(),
        layout.strideElements(0) * Float.BYTES,
        layout.strideElements(1) * Float.BYTES,
        layout.strideElements(2) * Float.BYTES,
        operand.shape().dim(2));
  }

  private long at(int head, int column) {
    return offset + head * headStride + column * stride;
  }

  private boolean hasWhole(int panel) {
    return stride == Float.BYTES && (panel + 1) * COLUMNS <= size;
  }

  /**
   * Reads {@code count} rows times a factor into a tile, whose last panel is filled up with zeros;
   * returns whether all numbers are finite.
   */
  boolean read(int head, int[] rows, int count, float factor, RowTile into) {
    boolean finite = true;
    for (int panel = 0; panel < PanelRows.panels(size); panel++) {
      int to = into.at(panel, 0);
      finite &=
          hasWhole(panel)
              ? readPanel(at(head, panel * COLUMNS), rows, count, factor, into.numbers, to)
              : readRest(head, panel * COLUMNS, rows, count, factor, into.numbers, to);
    }
    return finite;
  }

  private boolean readPanel(long at, int[] rows, int count, float factor, float[] into, int to) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector check = zero; // 0 times an infinity or a NaN is NaN
    for (int t = 0; t < count; t++) {
      long from = at + rows[t] * rowStride;
      FloatVector x0 = FloatBlock.load(data, from).mul(factor);
      FloatVector x1 = FloatBlock.load(data, from + VECTOR).mul(factor);
      x0.intoArray(into, to + t * COLUMNS);
      x1.intoArray(into, to + t * COLUMNS + LANES);
      check = x0.fma(zero, x1.fma(zero, check));
    }
    return check.compare(EQ, 0f).allTrue();
  }

  private boolean readRest(
      int head, int column, int[] rows, int count, float factor, float[] into, int to) {
    int width = Math.min(COLUMNS, size - column);
    int whole = vectors(width);
    FloatVector check = FloatVector.zero(SPECIES);
    float rest = 0;
    for (int t = 0; t < count; t++, to += COLUMNS) {
      long from = at(head, column) + rows[t] * rowStride;
      for (int d = 0; d < whole; d += LANES) {
        FloatVector x = FloatBlock.load(data, from + d * stride).mul(factor);
        x.intoArray(into, to + d);
        check = x.fma(FloatVector.zero(SPECIES), check);
      }
      for (int d = whole; d < width; d++) {
        into[to + d] = data.get(ValueLayout.JAVA_FLOAT, from + d * stride) * factor;
        rest += into[to + d] * 0;
      }
      Arrays.fill(into, to + width, to + COLUMNS, 0);
    }
    return rest == 0 && check.compare(EQ, 0f).allTrue();
  }

  /** Returns how many of {@code width} numbers are in whole vectors. */
  private int vectors(int width) {
    return stride == Float.BYTES ? width / LANES * LANES : 0;
  }

  /** Sets {@code count} rows to zeros. */
  void clear(int head, int[] rows, int count) {
    for (int t = 0; t < count; t++) {
      data.asSlice(at(head, 0) + rows[t] * rowStride, size * stride).fill((byte) 0);
    }
  }

  /** Multiplies rows by factors and adds those of a tile, {@code from} to {@code to}. */
  void merge(int head, int[] rows, float[] factors, int from, int to, RowTile tile) {
    for (int panel = 0; panel < PanelRows.panels(size); panel++) {
      long at = at(head, panel * COLUMNS);
      int source = tile.at(panel, 0);
      if (hasWhole(panel)) {
        mergePanel(at, rows, factors, from, to, tile.numbers, source);
      } else {
        int width = size - panel * COLUMNS;
        for (int t = from; t < to; t++) {
          long place = at + rows[t] * rowStride;
          mergeRest(place, factors[t], tile.numbers, source + t * COLUMNS, width);
        }
      }
    }
  }

  private void mergePanel(
      long at, int[] rows, float[] factors, int from, int to, float[] added, int source) {
    for (int t = from; t < to; t++) {
      long place = at + rows[t] * rowStride;
      FloatVector factor = FloatVector.broadcast(SPECIES, factors[t]);
      FloatVector x0 = FloatVector.fromArray(SPECIES, added, source + t * COLUMNS);
      FloatVector x1 = FloatVector.fromArray(SPECIES, added, source + t * COLUMNS + LANES);
      x0 = FloatBlock.load(data, place).fma(factor, x0);
      x1 = FloatBlock.load(data, place + VECTOR).fma(factor, x1);
      FloatBlock.store(x0, data, place);
      FloatBlock.store(x1, data, place + VECTOR);
    }
  }

  private void mergeRest(long place, float factor, float[] added, int source, int width) {
    int whole = vectors(width);
    for (int d = 0; d < whole; d += LANES) {
      FloatVector x = FloatBlock.load(data, place + d * stride);
      x =
          x.fma(
              FloatVector.broadcast(SPECIES, factor),
              FloatVector.fromArray(SPECIES, added, source + d));
      FloatBlock.store(x, data, place + d * stride);
    }
    for (int d = whole; d < width; d++) {
      float x = data.get(ValueLayout.JAVA_FLOAT, place + d * stride);
      x = Math.fma(x, factor, added[source + d]);
      data.set(ValueLayout.JAVA_FLOAT, place + d * stride, x);
    }
  }

  /** Divides rows {@code from} on by divisors, all that there are. */
  void divide(int head, int from, float[] divisors, int count) {
    int whole = vectors(size);
    for (int i = 0; i < count; i++) {
      float factor = 1 / divisors[i];
      long at = at(head, 0) + (from + i) * rowStride;
      for (int d = 0; d < whole; d += LANES, at += VECTOR) {
        FloatBlock.store(FloatBlock.load(data, at).mul(factor), data, at);
      }
      for (int d = whole; d < size; d++, at += stride) {
        float x = data.get(ValueLayout.JAVA_FLOAT, at);
        data.set(ValueLayout.JAVA_FLOAT, at, x * factor);
      }
    }
  }
}
