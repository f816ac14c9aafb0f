package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.blocks.Conversions.convert;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;

/**
 * Kernels that turn elements of one type into another's, as Java does: real numbers are rounded to
 * nearest, or cut towards 0 and to what a whole type holds, NaN to 0; of whole ones the low bits
 * stay. BOOL reads as 0 or 1.
 */
public final class Casts {
  private Casts() {}

  /** The elements of F32, F64, I32, I64 or BOOL as another of these types of numbers. */
  public static Kernel of(DType from, DType to) {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      Window x = Window.of(inputs.getFirst(), y.shape());
      Blocks.forEach(
          y.size(), (first, count, scratch) -> cast(x, from, y, to, first, count, scratch));
    };
  }

  private static void cast(
      Window x, DType from, Operand y, DType to, long first, int count, Scratch scratch) {
    switch (to) {
      case F32 -> {
        read(x, from, first, scratch.b, count, scratch);
        Blocks.write(y, first, scratch.b, count);
      }
      case F64 -> {
        read(x, from, first, scratch.d, count, scratch);
        Blocks.write(y, first, scratch.d, count);
      }
      case I32 -> {
        read(x, from, first, scratch.j, count, scratch);
        Blocks.write(y, first, scratch.j, count);
      }
      case I64 -> {
        read(x, from, first, scratch.m, count, scratch);
        Blocks.write(y, first, scratch.m, count);
      }
      case BOOL, BF16 -> throw new IllegalArgumentException("no numbers: " + to);
    }
  }

  /** Stores whole numbers as elements {@code from}, {@code from + 1}, … of a type of numbers. */
  public static void write(long[] values, Operand y, long from, int count, Scratch scratch) {
    switch (y.dtype()) {
      case F32 -> {
        convert(values, scratch.a, Blocks.padded(count));
        Blocks.write(y, from, scratch.a, count);
      }
      case F64 -> {
        convert(values, scratch.c, Blocks.padded(count));
        Blocks.write(y, from, scratch.c, count);
      }
      case I32 -> {
        convert(values, scratch.i, Blocks.padded(count));
        Blocks.write(y, from, scratch.i, count);
      }
      case I64 -> Blocks.write(y, from, values, count);
      case BOOL, BF16 -> throw new IllegalArgumentException("no numbers: " + y.dtype());
    }
  }

  /** Reads elements {@code from}, {@code from + 1}, … of a type as F32. */
  static void read(Window x, DType type, long from, float[] into, int count, Scratch scratch) {
    switch (type) {
      case F32 -> x.read(from, into, count);
      case F64 -> {
        x.read(from, scratch.c, count);
        convert(scratch.c, into, Blocks.padded(count));
      }
      case I32 -> {
        x.read(from, scratch.i, count);
        convert(scratch.i, into, Blocks.padded(count));
      }
      case I64 -> {
        x.read(from, scratch.l, count);
        convert(scratch.l, into, Blocks.padded(count));
      }
      case BOOL -> {
        x.read(from, scratch.p, count);
        convert(scratch.p, into, Blocks.padded(count));
      }
      case BF16 -> throw new IllegalArgumentException("no numbers: " + type);
    }
  }

  /** Reads elements {@code from}, {@code from + 1}, … of a type as F64. */
  static void read(Window x, DType type, long from, double[] into, int count, Scratch scratch) {
    switch (type) {
      case F32 -> {
        x.read(from, scratch.a, count);
        convert(scratch.a, into, Blocks.padded(count));
      }
      case F64 -> x.read(from, into, count);
      case I32 -> {
        x.read(from, scratch.i, count);
        convert(scratch.i, into, Blocks.padded(count));
      }
      case I64 -> {
        x.read(from, scratch.l, count);
        convert(scratch.l, into, Blocks.padded(count));
      }
      case BOOL -> {
        x.read(from, scratch.p, count);
        convert(scratch.p, into, Blocks.padded(count));
      }
      case BF16 -> throw new IllegalArgumentException("no numbers: " + type);
    }
  }

  /** Reads elements {@code from}, {@code from + 1}, … of a type as I32. */
  static void read(Window x, DType type, long from, int[] into, int count, Scratch scratch) {
    switch (type) {
      case F32 -> {
        x.read(from, scratch.a, count);
        convert(scratch.a, into, Blocks.padded(count));
      }
      case F64 -> {
        x.read(from, scratch.c, count);
        convert(scratch.c, into, Blocks.padded(count));
      }
      case I32 -> x.read(from, into, count);
      case I64 -> {
        x.read(from, scratch.l, count);
        convert(scratch.l, into, Blocks.padded(count));
      }
      case BOOL -> {
        x.read(from, scratch.p, count);
        convert(scratch.p, into, Blocks.padded(count));
      }
      case BF16 -> throw new IllegalArgumentException("no numbers: " + type);
    }
  }

  /** Reads elements {@code from}, {@code from + 1}, … of a type as I64. */
  static void read(Window x, DType type, long from, long[] into, int count, Scratch scratch) {
    switch (type) {
      case F32 -> {
        x.read(from, scratch.a, count);
        convert(scratch.a, into, Blocks.padded(count));
      }
      case F64 -> {
        x.read(from, scratch.c, count);
        convert(scratch.c, into, Blocks.padded(count));
      }
      case I32 -> {
        x.read(from, scratch.i, count);
        convert(scratch.i, into, Blocks.padded(count));
      }
      case I64 -> x.read(from, into, count);
      case BOOL -> {
        x.read(from, scratch.p, count);
        convert(scratch.p, into, Blocks.padded(count));
      }
      case BF16 -> throw new IllegalArgumentException("no numbers: " + type);
    }
  }
}
