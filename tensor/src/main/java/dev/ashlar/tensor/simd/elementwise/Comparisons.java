package dev.ashlar.tensor.simd.elementwise;

import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.Floats.S;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels that compare element by element. NaN is unequal to everything, itself included, and
 * neither less nor greater; so three loops are enough, inputs changing places for the others.
 */
public final class Comparisons {
  private static final VectorSpecies<Long> L = LongVector.SPECIES_PREFERRED;

  /** A number of any element type that is 0. */
  private static final MemorySegment ZERO = Arena.global().allocate(Long.BYTES, Long.BYTES);

  private Comparisons() {}

  /** Compares a block of two inputs. */
  @FunctionalInterface
  private interface Block {
    void compare(Window a, Window b, long from, int count, Scratch scratch);
  }

  /** Whether a and b, in an element type of numbers, compare so. */
  public static Kernel of(Op.Comparison comparison, DType dtype) {
    return (inputs, outputs) ->
        compare(comparison, dtype, inputs.get(0), inputs.get(1), outputs.getFirst());
  }

  /** Whether x, in an element type of numbers, differs from 0. */
  public static Kernel toTruth(DType dtype) {
    var zero = new Operand(dtype, Layout.contiguous(Shape.scalar()), ZERO);
    return (inputs, outputs) ->
        compare(Op.Comparison.NOT_EQUAL, dtype, inputs.getFirst(), zero, outputs.getFirst());
  }

  private static void compare(
      Op.Comparison comparison, DType dtype, Operand left, Operand right, Operand y) {
    boolean swaps =
        switch (comparison) {
          case GREATER, GREATER_OR_EQUAL -> true;
          case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL -> false;
        };
    Window a = Window.of(swaps ? right : left, y.shape());
    Window b = Window.of(swaps ? left : right, y.shape());
    Block block = block(comparison, dtype);
    boolean negates = comparison == Op.Comparison.NOT_EQUAL;
    Blocks.forEach(
        y.size(),
        (from, count, scratch) -> {
          block.compare(a, b, from, count, scratch);
          store(scratch.flags, negates, scratch.p, Blocks.padded(count));
          Blocks.write(y, from, scratch.p, count);
        });
  }

  private static void store(boolean[] flags, boolean negates, byte[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = (byte) (flags[i] ? 1 : 0);
    if (!negates) return;
    for (int i = 0; i < count; i++) y[i] ^= 1;
  }

  private static Block block(Op.Comparison comparison, DType dtype) {
    return switch (dtype) {
      case F32 -> floats(ofFloats(comparison));
      case I64 -> longs(ofLongs(comparison));
      // A double holds every I32.
      case F64, I32 -> doubles(ofDoubles(comparison), dtype);
      case BF16, BOOL -> throw new IllegalArgumentException("no numbers: " + dtype);
    };
  }

  private static Block floats(Loops.Compare<float[]> loop) {
    return (a, b, from, count, scratch) -> {
      a.read(from, scratch.a, count);
      b.read(from, scratch.b, count);
      Apart.compute(loop, scratch.a, scratch.b, scratch.flags, count);
    };
  }

  private static Block doubles(Loops.Compare<double[]> loop, DType dtype) {
    return (a, b, from, count, scratch) -> {
      Casts.read(a, dtype, from, scratch.c, count, scratch);
      Casts.read(b, dtype, from, scratch.d, count, scratch);
      Apart.compute(loop, scratch.c, scratch.d, scratch.flags, count);
    };
  }

  private static Block longs(Loops.Compare<long[]> loop) {
    return (a, b, from, count, scratch) -> {
      a.read(from, scratch.l, count);
      b.read(from, scratch.m, count);
      Apart.compute(loop, scratch.l, scratch.m, scratch.flags, count);
    };
  }

  private static Loops.Compare<float[]> ofFloats(Op.Comparison comparison) {
    return switch (comparison) {
      case EQUAL, NOT_EQUAL -> Comparisons::equal;
      case LESS, GREATER -> Comparisons::less;
      case LESS_OR_EQUAL, GREATER_OR_EQUAL -> Comparisons::lessOrEqual;
    };
  }

  private static Loops.Compare<double[]> ofDoubles(Op.Comparison comparison) {
    return switch (comparison) {
      case EQUAL, NOT_EQUAL -> Comparisons::equal;
      case LESS, GREATER -> Comparisons::less;
      case LESS_OR_EQUAL, GREATER_OR_EQUAL -> Comparisons::lessOrEqual;
    };
  }

  private static Loops.Compare<long[]> ofLongs(Op.Comparison comparison) {
    return switch (comparison) {
      case EQUAL, NOT_EQUAL -> Comparisons::equal;
      case LESS, GREATER -> Comparisons::less;
      case LESS_OR_EQUAL, GREATER_OR_EQUAL -> Comparisons::lessOrEqual;
    };
  }

  private static void equal(float[] a, float[] b, boolean[] y, int count) {
    for (int i = 0; i < count; i += S.length())
      FloatVector.fromArray(S, a, i).compare(EQ, FloatVector.fromArray(S, b, i)).intoArray(y, i);
  }

  private static void less(float[] a, float[] b, boolean[] y, int count) {
    for (int i = 0; i < count; i += S.length())
      FloatVector.fromArray(S, a, i).compare(LT, FloatVector.fromArray(S, b, i)).intoArray(y, i);
  }

  private static void lessOrEqual(float[] a, float[] b, boolean[] y, int count) {
    for (int i = 0; i < count; i += S.length())
      FloatVector.fromArray(S, a, i).compare(LE, FloatVector.fromArray(S, b, i)).intoArray(y, i);
  }

  private static void equal(double[] a, double[] b, boolean[] y, int count) {
    for (int i = 0; i < count; i += D.length())
      DoubleVector.fromArray(D, a, i).compare(EQ, DoubleVector.fromArray(D, b, i)).intoArray(y, i);
  }

  private static void less(double[] a, double[] b, boolean[] y, int count) {
    for (int i = 0; i < count; i += D.length())
      DoubleVector.fromArray(D, a, i).compare(LT, DoubleVector.fromArray(D, b, i)).intoArray(y, i);
  }

  private static void lessOrEqual(double[] a, double[] b, boolean[] y, int count) {
    for (int i = 0; i < count; i += D.length())
      DoubleVector.fromArray(D, a, i).compare(LE, DoubleVector.fromArray(D, b, i)).intoArray(y, i);
  }

  private static void equal(long[] a, long[] b, boolean[] y, int count) {
    for (int i = 0; i < count; i += L.length())
      LongVector.fromArray(L, a, i).compare(EQ, LongVector.fromArray(L, b, i)).intoArray(y, i);
  }

  private static void less(long[] a, long[] b, boolean[] y, int count) {
    for (int i = 0; i < count; i += L.length())
      LongVector.fromArray(L, a, i).compare(LT, LongVector.fromArray(L, b, i)).intoArray(y, i);
  }

  private static void lessOrEqual(long[] a, long[] b, boolean[] y, int count) {
    for (int i = 0; i < count; i += L.length())
      LongVector.fromArray(L, a, i).compare(LE, LongVector.fromArray(L, b, i)).intoArray(y, i);
  }
}
