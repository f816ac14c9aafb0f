package dev.ashlar.tensor.simd.blocks;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Floats.S;

import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * Reads elements {@code at}, {@code at + stride}, … of memory into an array of their type, or
 * copies them, bit by bit, to elements {@code to}, {@code to + toStride}, … of other memory.
 */
public final class Lines {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private Lines() {}

  static void read(MemorySegment x, long at, long stride, float[] into, int to, int count) {
    if (stride == 1) {
      MemorySegment.copy(x, FLOAT, at * Float.BYTES, into, to, count);
    } else if (stride == 0) {
      Arrays.fill(into, to, to + count, x.getAtIndex(FLOAT, at));
    } else {
      for (int i = 0; i < count; i++) into[to + i] = x.getAtIndex(FLOAT, at + i * stride);
    }
  }

  static void read(MemorySegment x, long at, long stride, double[] into, int to, int count) {
    if (stride == 1) {
      MemorySegment.copy(x, DOUBLE, at * Double.BYTES, into, to, count);
    } else if (stride == 0) {
      Arrays.fill(into, to, to + count, x.getAtIndex(DOUBLE, at));
    } else {
      for (int i = 0; i < count; i++) into[to + i] = x.getAtIndex(DOUBLE, at + i * stride);
    }
  }

  static void read(MemorySegment x, long at, long stride, int[] into, int to, int count) {
    if (stride == 1) {
      MemorySegment.copy(x, INT, at * Integer.BYTES, into, to, count);
    } else if (stride == 0) {
      Arrays.fill(into, to, to + count, x.getAtIndex(INT, at));
    } else {
      for (int i = 0; i < count; i++) into[to + i] = x.getAtIndex(INT, at + i * stride);
    }
  }

  static void read(MemorySegment x, long at, long stride, long[] into, int to, int count) {
    if (stride == 1) {
      MemorySegment.copy(x, LONG, at * Long.BYTES, into, to, count);
    } else if (stride == 0) {
      Arrays.fill(into, to, to + count, x.getAtIndex(LONG, at));
    } else {
      for (int i = 0; i < count; i++) into[to + i] = x.getAtIndex(LONG, at + i * stride);
    }
  }

  static void read(MemorySegment x, long at, long stride, byte[] into, int to, int count) {
    if (stride == 1) {
      MemorySegment.copy(x, BYTE, at, into, to, count);
    } else if (stride == 0) {
      Arrays.fill(into, to, to + count, x.get(BYTE, at));
    } else {
      for (int i = 0; i < count; i++) into[to + i] = x.get(BYTE, at + i * stride);
    }
  }

  /** Copies elements of {@code bytes} each. */
  public static void copy(
      long bytes,
      MemorySegment x,
      long at,
      long stride,
      MemorySegment y,
      long to,
      long toStride,
      int count) {
    if (stride == 1 && toStride == 1) {
      MemorySegment.copy(x, at * bytes, y, to * bytes, count * bytes);
      return;
    }
    if (stride == 0 && toStride == 1) {
      fill(bytes, x, at, y, to, count);
      return;
    }
    switch ((int) bytes) {
      case Byte.BYTES -> copyBytes(x, at, stride, y, to, toStride, count);
      case Short.BYTES -> copyShorts(x, at, stride, y, to, toStride, count);
      case Integer.BYTES -> copyInts(x, at, stride, y, to, toStride, count);
      default -> copyLongs(x, at, stride, y, to, toStride, count);
    }
  }

  private static void copyBytes(
      MemorySegment x, long at, long stride, MemorySegment y, long to, long toStride, int count) {
    for (int i = 0; i < count; i++) y.set(BYTE, to + i * toStride, x.get(BYTE, at + i * stride));
  }

  private static void copyShorts(
      MemorySegment x, long at, long stride, MemorySegment y, long to, long toStride, int count) {
    for (int i = 0; i < count; i++) {
      y.setAtIndex(SHORT, to + i * toStride, x.getAtIndex(SHORT, at + i * stride));
    }
  }

  private static void copyInts(
      MemorySegment x, long at, long stride, MemorySegment y, long to, long toStride, int count) {
    for (int i = 0; i < count; i++) {
      y.setAtIndex(INT, to + i * toStride, x.getAtIndex(INT, at + i * stride));
    }
  }

  private static void copyLongs(
      MemorySegment x, long at, long stride, MemorySegment y, long to, long toStride, int count) {
    for (int i = 0; i < count; i++) {
      y.setAtIndex(LONG, to + i * toStride, x.getAtIndex(LONG, at + i * stride));
    }
  }

  private static void fill(
      long bytes, MemorySegment x, long at, MemorySegment y, long to, int count) {
    switch ((int) bytes) {
      case Byte.BYTES -> y.asSlice(to, count).fill(x.get(BYTE, at));
      case Short.BYTES -> copyShorts(x, at, 0, y, to, 1, count);
      case Integer.BYTES -> fill(y, to, count, x.getAtIndex(FLOAT, at));
      default -> fill(y, to, count, x.getAtIndex(DOUBLE, at));
    }
  }

  private static void fill(MemorySegment y, long to, int count, float value) {
    int whole = count - count % S.length();
    if (whole > 0) fillWhole(y, to, whole, value);
    for (int i = whole; i < count; i++) y.setAtIndex(FLOAT, to + i, value);
  }

  private static void fillWhole(MemorySegment y, long to, int count, float value) {
    FloatVector values = FloatVector.broadcast(S, value);
    for (int i = 0; i < count; i += S.length()) FloatVectors.store(values, y, (to + i) * 4L);
  }

  private static void fill(MemorySegment y, long to, int count, double value) {
    int whole = count - count % D.length();
    if (whole > 0) fillWhole(y, to, whole, value);
    for (int i = whole; i < count; i++) y.setAtIndex(DOUBLE, to + i, value);
  }

  private static void fillWhole(MemorySegment y, long to, int count, double value) {
    DoubleVector values = DoubleVector.broadcast(D, value);
    for (int i = 0; i < count; i += D.length()) DoubleVectors.store(values, y, (to + i) * 8L);
  }
}
