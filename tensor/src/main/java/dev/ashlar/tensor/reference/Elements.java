package dev.ashlar.tensor.reference;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;

/**
 * Reads and writes elements {@code at}, {@code at + step}, … of an operand's memory: as doubles
 * where the numbers are real, as longs where they are whole, as bits where they only move.
 */
final class Elements {
  private Elements() {}

  /** Reads numbers as doubles: exact but for I64 beyond 2^53. */
  static void read(Operand x, long at, long step, double[] into, int count) {
    MemorySegment data = x.data();
    switch (x.dtype()) {
      case F32 -> {
        for (int i = 0; i < count; i++) into[i] = data.getAtIndex(JAVA_FLOAT, at + i * step);
      }
      case F64 -> {
        for (int i = 0; i < count; i++) into[i] = data.getAtIndex(JAVA_DOUBLE, at + i * step);
      }
      case I32, I64, BOOL, BF16 -> {
        for (int i = 0; i < count; i++) into[i] = x.getDouble(at + i * step);
      }
    }
  }

  /**
   * Writes doubles, rounded to nearest; to an integer cut towards 0, to BOOL as whether they differ
   * from 0.
   */
  static void write(Operand y, long at, long step, double[] from, int count) {
    MemorySegment data = y.data();
    switch (y.dtype()) {
      case F32 -> {
        for (int i = 0; i < count; i++) data.setAtIndex(JAVA_FLOAT, at + i * step, (float) from[i]);
      }
      case F64 -> {
        for (int i = 0; i < count; i++) data.setAtIndex(JAVA_DOUBLE, at + i * step, from[i]);
      }
      case I32, I64, BOOL, BF16 -> {
        for (int i = 0; i < count; i++) y.setDouble(at + i * step, from[i]);
      }
    }
  }

  /** Reads whole numbers. */
  static void read(Operand x, long at, long step, long[] into, int count) {
    MemorySegment data = x.data();
    switch (x.dtype()) {
      case I32 -> {
        for (int i = 0; i < count; i++) into[i] = data.getAtIndex(JAVA_INT, at + i * step);
      }
      case I64 -> {
        for (int i = 0; i < count; i++) into[i] = data.getAtIndex(JAVA_LONG, at + i * step);
      }
      case BOOL -> {
        for (int i = 0; i < count; i++) into[i] = data.get(JAVA_BYTE, at + i * step);
      }
      case F32, F64, BF16 -> {
        for (int i = 0; i < count; i++) into[i] = x.getLong(at + i * step);
      }
    }
  }

  /** Writes whole numbers: I32 keeps the low 32 bits, a real type rounds to nearest. */
  static void write(Operand y, long at, long step, long[] from, int count) {
    MemorySegment data = y.data();
    switch (y.dtype()) {
      case I32 -> {
        for (int i = 0; i < count; i++) data.setAtIndex(JAVA_INT, at + i * step, (int) from[i]);
      }
      case I64 -> {
        for (int i = 0; i < count; i++) data.setAtIndex(JAVA_LONG, at + i * step, from[i]);
      }
      case F32, F64, BOOL, BF16 -> {
        for (int i = 0; i < count; i++) y.setLong(at + i * step, from[i]);
      }
    }
  }

  /** Copies elements bit by bit between operands of one element type. */
  static void move(Operand x, long at, long step, Operand y, long to, long toStep, int count) {
    int bytes = x.dtype().byteSize();
    if (step == 1 && toStep == 1) {
      MemorySegment.copy(x.data(), at * bytes, y.data(), to * bytes, (long) count * bytes);
      return;
    }
    MemorySegment from = x.data();
    MemorySegment into = y.data();
    switch (bytes) {
      case 1 -> {
        for (int i = 0; i < count; i++)
          into.set(JAVA_BYTE, to + i * toStep, from.get(JAVA_BYTE, at + i * step));
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          into.setAtIndex(JAVA_SHORT, to + i * toStep, from.getAtIndex(JAVA_SHORT, at + i * step));
        }
      }
      case 4 -> {
        for (int i = 0; i < count; i++) {
          into.setAtIndex(JAVA_INT, to + i * toStep, from.getAtIndex(JAVA_INT, at + i * step));
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          into.setAtIndex(JAVA_LONG, to + i * toStep, from.getAtIndex(JAVA_LONG, at + i * step));
        }
      }
    }
  }
}
