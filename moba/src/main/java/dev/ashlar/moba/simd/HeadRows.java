package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.PanelProducts.PAIR;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.EQ;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
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

  private boolean hasPair(int column) {
    return stride == Float.BYTES && column + PAIR <= size;
  }

  /**
   * Reads {@code count} rows times a factor into a tile, whose last pair of vectors is filled up
   * with zeros; returns whether all numbers are finite.
   */
  boolean read(int head, int[] rows, int count, float factor, RowTile into) {
    boolean finite = true;
    for (int column = 0; column < size; column += PAIR) {
      int to = into.at(column, 0);
      finite &=
          hasPair(column)
              ? readPair(at(head, column), rows, count, factor, into.numbers, to)
              : readRest(head, column, rows, count, factor, into.numbers, to);
    }
    return finite;
  }

  private boolean readPair(long at, int[] rows, int count, float factor, float[] into, int to) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector check = zero; // 0 times an infinity or a NaN is NaN
    for (int t = 0; t < count; t++) {
      long from = at + rows[t] * rowStride;
      FloatVector x0 = FloatVectors.load(data, from).mul(factor);
      FloatVector x1 = FloatVectors.load(data, from + VECTOR).mul(factor);
      x0.intoArray(into, to + t * COLUMNS);
      x1.intoArray(into, to + t * COLUMNS + LANES);
      check = x0.fma(zero, x1.fma(zero, check));
    }
    return check.compare(EQ, 0f).allTrue();
  }

  private boolean readRest(
      int head, int column, int[] rows, int count, float factor, float[] into, int to) {
    int width = Math.min(PAIR, size - column);
    int whole = vectors(width);
    boolean finite = whole == 0 || readVector(at(head, column), rows, count, factor, into, to);
    float rest = 0;
    for (int t = 0; t < count; t++, to += COLUMNS) {
      long from = at(head, column) + rows[t] * rowStride;
      for (int d = whole; d < width; d++) {
        into[to + d] = data.get(ValueLayout.JAVA_FLOAT, from + d * stride) * factor;
        rest += into[to + d] * 0;
      }
      Arrays.fill(into, to + width, to + PAIR, 0);
    }
    return rest == 0 && finite;
  }

  private boolean readVector(long at, int[] rows, int count, float factor, float[] into, int to) {
    FloatVector check = FloatVector.zero(SPECIES);
    for (int t = 0; t < count; t++) {
      FloatVector x = FloatVectors.load(data, at + rows[t] * rowStride).mul(factor);
      x.intoArray(into, to + t * COLUMNS);
      check = x.fma(FloatVector.zero(SPECIES), check);
    }
    return check.compare(EQ, 0f).allTrue();
  }

  /** Returns how many of {@code width} numbers are in whole vectors. */
  private int vectors(int width) {
    return stride == Float.BYTES ? width / LANES * LANES : 0;
  }

  /** Sets {@code count} rows to zeros. */
  void clear(int head, int[] rows, int count) {
    int whole = vectors(size);
    for (int t = 0; t < count; t++) {
      long at = at(head, 0) + rows[t] * rowStride;
      if (whole > 0) clearVectors(at, whole);
      for (int d = whole; d < size; d++) data.set(ValueLayout.JAVA_FLOAT, at + d * stride, 0);
    }
  }

  private void clearVectors(long at, int count) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int d = 0; d < count; d += LANES) FloatVectors.store(zero, data, at + d * stride);
  }

  /**
   * Multiplies rows by factors and adds those of a tile, {@code from} to {@code to}; the tile then
   * has the sums too. All is read before anything is written: rows often lie multiples of 1 KB
   * apart, and a processor lets a load wait for any store before it whose address ends in the same
   * 12 bits.
   */
  void merge(int head, int[] rows, float[] factors, int from, int to, RowTile tile) {
    for (int column = 0; column < size; column += PAIR) {
      long at = at(head, column);
      int place = tile.at(column, 0);
      if (hasPair(column)) {
        addPair(at, rows, factors, from, to, tile.numbers, place);
        writePair(at, rows, from, to, tile.numbers, place);
        continue;
      }
      for (int t = from; t < to; t++) {
        long row = at + rows[t] * rowStride;
        mergeRest(
            row, factors[t], tile.numbers, place + t * COLUMNS, Math.min(PAIR, size - column));
      }
    }
  }

  private void addPair(
      long at, int[] rows, float[] factors, int from, int to, float[] sums, int place) {
    for (int t = from; t < to; t++) {
      long row = at + rows[t] * rowStride;
      int sum = place + t * COLUMNS;
      FloatVector factor = FloatVector.broadcast(SPECIES, factors[t]);
      FloatVector x0 = FloatVectors.load(data, row);
      FloatVector x1 = FloatVectors.load(data, row + VECTOR);
      x0.fma(factor, FloatVector.fromArray(SPECIES, sums, sum)).intoArray(sums, sum);
      x1.fma(factor, FloatVector.fromArray(SPECIES, sums, sum + LANES))
          .intoArray(sums, sum + LANES);
    }
  }

  private void writePair(long at, int[] rows, int from, int to, float[] sums, int place) {
    for (int t = from; t < to; t++) {
      long row = at + rows[t] * rowStride;
      FloatVectors.store(FloatVector.fromArray(SPECIES, sums, place + t * COLUMNS), data, row);
      FloatVectors.store(
          FloatVector.fromArray(SPECIES, sums, place + t * COLUMNS + LANES), data, row + VECTOR);
    }
  }

  private void mergeRest(long row, float factor, float[] added, int place, int width) {
    int whole = vectors(width);
    if (whole > 0) mergeVector(row, factor, added, place);
    for (int d = whole; d < width; d++) {
      float x = data.get(ValueLayout.JAVA_FLOAT, row + d * stride);
      x = Math.fma(x, factor, added[place + d]);
      data.set(ValueLayout.JAVA_FLOAT, row + d * stride, x);
    }
  }

  private void mergeVector(long row, float factor, float[] added, int place) {
    FloatVector sum = FloatVector.fromArray(SPECIES, added, place);
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    FloatVectors.store(FloatVectors.load(data, row).fma(factors, sum), data, row);
  }
}
