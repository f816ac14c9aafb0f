package dev.ashlar.tensor.simd.elementwise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Casts of any bits, more than a block of them: as Java casts each by itself. */
final class CastsTest {
  private static final int SIZE = 2 * Blocks.SIZE + 77;

  @Test
  void realNumbersAreRoundedOrCutAsJavaDoes() {
    for (DType from : List.of(DType.F32, DType.F64)) {
      Operand x = bits(from);
      Operand floats = cast(x, DType.F32);
      Operand doubles = cast(x, DType.F64);
      Operand ints = cast(x, DType.I32);
      Operand longs = cast(x, DType.I64);
      Operand truths = cast(x, DType.BOOL);
      for (int i = 0; i < SIZE; i++) {
        double value = x.getDouble(i);
        assertThat(Float.compare((float) floats.getDouble(i), (float) value)).isZero();
        assertThat(Double.compare(doubles.getDouble(i), value)).isZero();
        assertThat(ints.getLong(i)).isEqualTo((int) value);
        assertThat(longs.getLong(i)).isEqualTo((long) value);
        assertThat(truths.getLong(i)).isEqualTo(value != 0 ? 1 : 0);
      }
    }
  }

  @Test
  void wholeNumbersAreRoundedOnceOrKeepTheirLowBits() {
    for (DType from : List.of(DType.I32, DType.I64)) {
      Operand x = bits(from);
      Operand ints = cast(x, DType.I32);
      Operand floats = cast(x, DType.F32);
      Operand doubles = cast(x, DType.F64);
      Operand truths = cast(x, DType.BOOL);
      for (int i = 0; i < SIZE; i++) {
        long value = x.getLong(i);
        assertThat(ints.getLong(i)).isEqualTo((int) value);
        assertThat((float) floats.getDouble(i)).isEqualTo((float) value);
        assertThat(doubles.getDouble(i)).isEqualTo((double) value);
        assertThat(truths.getLong(i)).isEqualTo(value != 0 ? 1 : 0);
      }
    }
  }

  private static Operand cast(Operand x, DType to) {
    Operand y = Operands.empty(to, SIZE);
    var kernel = to == DType.BOOL ? Comparisons.toTruth(x.dtype()) : Casts.of(x.dtype(), to);
    if (to != x.dtype()) kernel.run(List.of(x), List.of(y));
    return to == x.dtype() ? x : y;
  }

  /** Numbers of all magnitudes: among real ones NaN, infinities, subnormal ones and both zeros. */
  private static Operand bits(DType dtype) {
    Operand x = Operands.empty(dtype, SIZE);
    var random = new Random(7);
    for (int i = 0; i < SIZE; i++) {
      long bits = random.nextLong() >> random.nextInt(64);
      switch (dtype) {
        case F32 -> x.setDouble(i, Float.intBitsToFloat((int) (random.nextLong() >>> 32)));
        case F64 -> x.setDouble(i, random.nextBoolean() ? bits : bits * 0x1p-40);
        default -> x.setLong(i, bits);
      }
    }
    x.setDouble(0, 0.0);
    x.setDouble(1, dtype.isFloating() ? -0.0 : 0);
    if (!dtype.isFloating()) return x;
    x.setDouble(2, Double.NaN);
    x.setDouble(3, Double.POSITIVE_INFINITY);
    x.setDouble(4, Double.NEGATIVE_INFINITY);
    x.setDouble(5, Float.MIN_VALUE);
    return x;
  }
}
